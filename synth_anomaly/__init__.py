"""Synthetic defects, networks trained on them, and segmentation of the real ones.

Importing the package costs nothing: the names below are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synth_anomaly.interfaces import Batch, Defects, Outputs, Prediction, Targets
    from synth_anomaly.method import Method, create_method, load_method
    from synth_anomaly.pipeline import Pipeline

__all__ = [
    "Batch",
    "Defects",
    "Method",
    "Outputs",
    "Pipeline",
    "Prediction",
    "Targets",
    "__version__",
    "create_method",
    "load_method",
]

__version__ = "0.1.0"

_HOME = {
    "Batch": "synth_anomaly.interfaces",
    "Defects": "synth_anomaly.interfaces",
    "Method": "synth_anomaly.method",
    "Outputs": "synth_anomaly.interfaces",
    "Pipeline": "synth_anomaly.pipeline",
    "Prediction": "synth_anomaly.interfaces",
    "Targets": "synth_anomaly.interfaces",
    "create_method": "synth_anomaly.method",
    "load_method": "synth_anomaly.method",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'synth_anomaly' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
