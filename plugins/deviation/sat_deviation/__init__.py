"""A head trained on synthetic defects over how a frozen network's features deviate from good images."""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Component, hookimpl

__all__ = ["SAT_PLUGIN_API", "sat_components"]

SAT_PLUGIN_API = 1


@hookimpl
def sat_components() -> Iterator[Component]:
    """Offer the method."""
    yield Component(
        "method",
        "deviation",
        "sat_deviation.method:Deviation",
        "for your own parts: synthetic defects on frozen features' deviation from good images",
    )
