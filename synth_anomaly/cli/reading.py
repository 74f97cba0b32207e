"""Showing how files are read, where it takes a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from synth_anomaly.interfaces import Report

__all__ = ["reading_shown"]


@contextmanager
def reading_shown(*, quiet: bool) -> Iterator[Report]:
    """Show a bar on stderr, where that is a terminal, while the block reads; give the block what to tell."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    with shown:
        task = shown.add_task("", total=None, visible=False)

        def report(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total, visible=True)

        yield report
