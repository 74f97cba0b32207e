"""SSAE: autoencoders trained to filter or to amplify what was corrupted.

Source: "Self-Supervised Autoencoders for Visual Anomaly Detection".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from synth_anomaly.plugin import Command, Component, hookimpl

if TYPE_CHECKING:
    from synth_anomaly.interfaces import RunContext, RunResult

__all__ = ["SAT_PLUGIN_API", "sat_commands", "sat_components", "sat_run_end"]

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


@hookimpl
def sat_run_end(run: RunContext, result: RunResult) -> None:
    """Leave a picture of reconstructions in the folder of a run of ours that came to its end."""
    if result.error is not None or str(run.recipe["method"]).rpartition("/")[2] != "ssae":
        return
    from sat_ssae.images import open_run
    from sat_ssae.pictures import PICTURE, write_reconstructions

    # this process has just run the recipe, so whatever code it names is trusted
    write_reconstructions(run.folder / PICTURE, open_run(run.folder, allow_code=True))
