"""SGSF: segmentation of forged defects, guided by the features of a similar good image; and DRAEM beside it.

Source: Xing, Sun, Li, "Self-Supervised Guided Segmentation Framework for Unsupervised Anomaly Detection".
"""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Command, Component, hookimpl

__all__ = ["SAT_PLUGIN_API", "sat_commands", "sat_components"]

SAT_PLUGIN_API = 1


@hookimpl
def sat_components() -> Iterator[Component]:
    """Offer the two methods."""
    yield Component(
        "method",
        "sgsf",
        "sat_sgsf.method:SGSF",
        "segmentation guided by a similar good image",
    )
    yield Component(
        "method", "draem", "sat_sgsf.draem.method:DRAEM", "segmentation beside a denoised reconstruction"
    )


@hookimpl
def sat_commands() -> Iterator[Command]:
    """Offer what the paper says of its networks and of its synthesis, measured."""
    yield Command("sgsf", "sat_sgsf.commands:sgsf", "SGSF's own analyses")
