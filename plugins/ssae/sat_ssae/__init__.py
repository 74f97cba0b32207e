"""SSAE: autoencoders trained to filter or to amplify what was corrupted.

Source: "Self-Supervised Autoencoders for Visual Anomaly Detection".
"""

from __future__ import annotations

from collections.abc import Iterator

from synth_anomaly.plugin import Command, Component, hookimpl

__all__ = ["SAT_PLUGIN_API", "sat_commands", "sat_components"]

SAT_PLUGIN_API = 1


@hookimpl
def sat_components() -> Iterator[Component]:
    """Offer the method, and the guard on its corruptions."""
    yield Component("method", "ssae", "sat_ssae.method:SSAE", "autoencoders that restore corrupted images")
    yield Component(
        "synthesizer",
        "share-limited",
        "sat_ssae.guard:ShareLimited",
        "another synthesizer, where it corrupts no more than a share of the image",
    )


@hookimpl
def sat_commands() -> Iterator[Command]:
    """Offer the paper's analyses."""
    yield Command("ssae", "sat_ssae.commands:ssae", "SSAE's own analyses")
