"""Thin curved scratches, as a shape and as a synthesizer."""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Component, hookimpl

__all__ = ["SAT_PLUGIN_API", "sat_components"]

SAT_PLUGIN_API = 1


@hookimpl
def sat_components() -> Iterator[Component]:
    """Offer the shape and the synthesizer."""
    yield Component("shape", "scratches", "sat_scratches.shape:Scratches", "a thin curved line")
    yield Component(
        "synthesizer", "scratches", "sat_scratches.synthesizer:scratches", "a thin line of other colours"
    )
