"""AnoSeg: an anomaly segmentation network trained on hard-augmented synthetic defects.

Source: "AnoSeg: Anomaly Segmentation Network Using Self-Supervised Learning", ICLR 2022 submission.
"""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Command, Component, hookimpl

__all__ = ["SAT_PLUGIN_API", "sat_commands", "sat_components"]

SAT_PLUGIN_API = 1


@hookimpl
def sat_components() -> Iterator[Component]:
    """Offer the method."""
    yield Component(
        "method", "anoseg", "sat_anoseg.method:AnoSeg", "adversarial segmentation of pasted defects"
    )


@hookimpl
def sat_commands() -> Iterator[Command]:
    """Offer the paper's threshold analysis."""
    yield Command("anoseg", "sat_anoseg.commands:anoseg", "AnoSeg's own analyses")
