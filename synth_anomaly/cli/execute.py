"""Executing runs, and what is said of them: progress on stderr, results on stdout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from synth_anomaly.cli.console import warn
from synth_anomaly.cli.summary import not_begun, outline, print_line, print_summary
from synth_anomaly.errors import Interrupted, SynthAnomalyError
from synth_anomaly.evaluation import Removal
from synth_anomaly.reporting.progress import Progress
from synth_anomaly.reporting.provenance import preset_text
from synth_anomaly.reporting.results import Results
from synth_anomaly.reporting.table import metrics_table
from synth_anomaly.runs import Planned, Run, changed_settings, dataset_notes, method_spec, texture_notes

__all__ = ["Screen", "closing", "execute", "execute_all", "finish", "without_maps"]


class Screen:
    """Where runs are shown.

    Args:
        progress: Shows how training goes.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self._said: set[str] = set()

    def begin(self, started: Run, notice: str = "") -> None:
        """Say what begins, and what the user should know of its images."""
        if not self.progress.quiet:
            print_line(self.progress.console, _headline(started), "bold")
            print_line(self.progress.console, started.counts.text(), "")
        textures = texture_notes("method", method_spec(started.recipe))
        for text in (notice, *dataset_notes(started.dataset), *textures):
            if text and text not in self._said:
                warn(text)
                self._said.add(text)


def execute(started: Run, screen: Screen, *, notice: str = "") -> Results:
    """Execute one run and print its figures.

    Raises:
        SynthAnomalyError: If it fails, or the user asked to stop.
    """
    screen.begin(started, notice)
    results = finish(started, screen)
    console = Console()
    if results.evaluation is not None:
        reasons = results.evaluation.undefined.values()
        console.print(metrics_table(results.metrics, results.provenance, results.published, reasons))
    if screen.progress.quiet:
        print_line(console, f" {started.counts.text()}", "dim")
    print_line(console, f" {_headline(started)} · {closing([results])}", "dim")
    return results


def execute_all(runs: Iterable[Run], plan: Sequence[Planned], screen: Screen, *, notice: str = "") -> Path:
    """Execute several runs, print one table, and return the folder that holds them.

    Args:
        runs: The runs, each made when it begins.
        plan: What they are of.
        screen: Where they are shown.
        notice: A line to show first.

    Raises:
        SynthAnomalyError: If one fails, or the user asked to stop; what is done by then is printed.
    """
    finished: list[Results] = []
    folder = Path()
    try:
        for started in runs:
            screen.begin(started, "" if finished else notice)
            finished.append(without_maps(finish(started, screen)))
            folder = started.folder.parent.parent
            if not screen.progress.quiet:
                text = f" {closing(finished[-1:])} · {started.folder}"
                print_line(screen.progress.console, text, "dim")
    except SynthAnomalyError as error:
        print_summary(finished, plan)
        left = not_begun(finished, plan)
        raise type(error)(f"{error} (not begun: {left})" if left else str(error)) from error
    print_summary(finished, plan)
    print_line(Console(), f" {outline(finished)} · {closing(finished)}", "dim")
    return folder


def closing(results: Sequence[Results]) -> str:
    """Return what results cost and how they were computed, in a line."""
    seconds = sum(result.seconds for result in results)
    cpu = sum(result.facts["cpu_seconds"] for result in results)
    first = results[0]
    sizes = sorted({result.evaluation.score_size for result in results if result.evaluation is not None})
    removals = [result.evaluation.removal for result in results if result.evaluation is not None]
    removal = sum(removals, Removal())
    left = f" · {removal.share_left:.0%} of defects left in reconstructions" if removal.pixels else ""
    scored = f" · scored at {' and '.join(sizes)} size" if sizes else " · no test images"
    return f"{seconds:.0f} s wall, {cpu:.0f} CPU-s · trained in {first.facts['precision']}{scored}{left}"


def finish(started: Run, screen: Screen) -> Results:
    """Execute one run, its progress shown.

    Raises:
        SynthAnomalyError: If it fails, or the user asked to stop; the message says how to go on.
    """
    try:
        with screen.progress:
            return started.execute()
    except (Interrupted, KeyboardInterrupt):
        raise Interrupted(f"stopped; go on with: {started.resume_command}") from None


def _headline(started: Run) -> str:
    name, recipe, dataset = started.method.name, started.recipe, started.dataset
    preset = preset_text(recipe.preset, changed_settings(started.method, dataset.name, dataset.category))
    return f"{name} · {preset} · {dataset.name} {dataset.category} · seed {recipe.seed}"


def without_maps(results: Results) -> Results:
    """Return results without what would fill the memory when many categories run."""
    evaluation = results.evaluation
    if evaluation is not None:
        evaluation = replace(evaluation, samples=(), maps=[], masks=None)
    return replace(results, evaluation=evaluation, reconstruct=None, pictures=None)
