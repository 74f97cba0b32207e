"""Executing runs, and what is said of them: progress on stderr, results on stdout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from synth_anomaly.cli.console import warn
from synth_anomaly.data.mvtec_ad import has_all_categories
from synth_anomaly.errors import Interrupted, SynthAnomalyError
from synth_anomaly.evaluation import Removal
from synth_anomaly.reporting.progress import Progress
from synth_anomaly.reporting.results import Results
from synth_anomaly.reporting.table import categories_table, metrics_table
from synth_anomaly.runs import DEMO_NOTE, Run, dataset_notes, method_spec, texture_notes

__all__ = ["Screen", "closing", "execute", "execute_all", "print_line"]


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
    results = _execute(started, screen)
    console = Console()
    if results.evaluation is not None:
        console.print(metrics_table(results.metrics, results.provenance, results.published))
    print_line(console, f" {_headline(started)} · {closing([results])}", "dim")
    return results


def execute_all(runs: Iterable[Run], categories: Sequence[str], screen: Screen, *, notice: str = "") -> Path:
    """Execute a run of each category, print one table, and return the folder that holds the runs.

    Raises:
        SynthAnomalyError: If one fails, or the user asked to stop; what is done by then is printed.
    """
    finished: dict[str, Results] = {}
    folder = Path()
    try:
        for category, started in zip(categories, runs, strict=True):
            screen.begin(started, "" if finished else notice)
            finished[category] = _without_maps(_execute(started, screen))
            folder = started.folder.parent.parent
            if not screen.progress.quiet:
                text = f" {closing([finished[category]])} · {started.folder}"
                print_line(screen.progress.console, text, "dim")
    except SynthAnomalyError as error:
        _print_table(finished)
        left = categories[len(finished) + 1 :]
        raise type(error)(f"{error} (not begun: {', '.join(left)})" if left else str(error)) from error
    _print_table(finished)
    origin = finished[categories[0]].provenance
    what = f"{origin.method} · preset {origin.preset} · {origin.dataset}, {len(finished)} categories"
    print_line(Console(), f" {what} · seed {origin.seed} · {closing(list(finished.values()))}", "dim")
    return folder


def print_line(console: Console, text: str, style: str) -> None:
    """Print a line as it is, however long."""
    console.print(text, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)


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


def _execute(started: Run, screen: Screen) -> Results:
    try:
        with screen.progress:
            return started.execute()
    except (Interrupted, KeyboardInterrupt):
        raise Interrupted(f"stopped; go on with: {started.resume_command}") from None


def _headline(started: Run) -> str:
    name, recipe, dataset = started.method.name, started.recipe, started.dataset
    return f"{name} · preset {recipe.preset} · {dataset.name} {dataset.category} · seed {recipe.seed}"


def _without_maps(results: Results) -> Results:
    """Return results without what would fill the memory when many categories run."""
    evaluation = results.evaluation
    if evaluation is not None:
        evaluation = replace(evaluation, samples=(), maps=[], masks=None)
    return replace(results, evaluation=evaluation, reconstruct=None)


def _print_table(finished: Mapping[str, Results]) -> None:
    if not finished:
        return
    rows = {category: results.metrics for category, results in finished.items()}
    provenance = next(iter(finished.values())).provenance
    means = [dict(results.published_mean) for results in finished.values()]
    # a mean over other categories than the paper's would be compared with it
    is_whole = all(means) and has_all_categories(provenance.dataset, finished)
    console = Console()
    title = f"{provenance.method} on {provenance.dataset}"
    console.print(
        categories_table(
            rows, title=title, caption=provenance.details, published=means[0] if is_whole else None
        )
    )
    if provenance.is_demo:
        print_line(console, f" {DEMO_NOTE}", "yellow")
