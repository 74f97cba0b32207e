"""TensorBoard, as a plugin: the first to implement the hooks of a run.

It is imported whenever ``sat`` starts, so torch and TensorBoard are not imported before a run does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synth_anomaly.plugin import hookimpl

if TYPE_CHECKING:
    from synth_anomaly.interfaces import EpochReport, RunContext, RunResult
    from synth_anomaly.reporting.event_writer import EventWriter

__all__ = ["sat_epoch_end", "sat_run_end", "sat_run_start"]

# Hooks are functions, so what lasts from one to the next is kept here, by the run's folder.
_writers: dict[Path, EventWriter] = {}


@hookimpl
def sat_run_start(run: RunContext) -> None:
    """Open the run's event file."""
    from synth_anomaly.reporting.event_writer import EventWriter

    _writers[run.folder] = EventWriter(run)


@hookimpl
def sat_epoch_end(run: RunContext, epoch: EpochReport) -> None:
    """Write what happened since the last report."""
    if run.folder in _writers:
        _writers[run.folder].report(epoch)


@hookimpl
def sat_run_end(run: RunContext, result: RunResult) -> None:
    """Write how the run ended, and close the file."""
    writer = _writers.pop(run.folder, None)
    if writer is not None:
        writer.end(result)
