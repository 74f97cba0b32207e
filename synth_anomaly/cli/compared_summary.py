"""What runs and those that they are compared with came to, in one table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from synth_anomaly.cli.references import reference_name
from synth_anomaly.cli.summary import changes_of, print_line, published_mean
from synth_anomaly.reporting.compared import Compared, size_text
from synth_anomaly.reporting.compared_table import compared_table, grouped_table
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE, changes_text
from synth_anomaly.reporting.results import Results
from synth_anomaly.reporting.table import mean_metrics
from synth_anomaly.runs import DEMO_NOTE, Planned

__all__ = ["Finished", "print_compared"]

_OWN = "this run"
_PUBLISHED = "  published"


@dataclass(frozen=True)
class Finished:
    """A run that came to its end.

    Attributes:
        planned: What it was to be.
        results: What came out of it, without maps.
        row: Its line in a table.
        is_own: Whether it is of the method that the others are compared with.
    """

    planned: Planned
    results: Results
    row: Compared
    is_own: bool


def print_compared(finished: Sequence[Finished], plan: Sequence[Planned]) -> None:
    """Print the figures of runs side by side: a column for each, or of several categories or presets a line.

    Args:
        finished: The runs that came to their end, a method's own and others.
        plan: The method's own that were to be.
    """
    if not finished:
        return
    console, first = Console(), finished[0].results
    if len(plan) == 1:
        rows = {_run_name(one, plan): one.row for one in finished}
        console.print(compared_table(rows, first.provenance, first.published))
        return
    console.print(_of_several(finished, plan))
    if first.provenance.is_demo:
        print_line(console, f" {DEMO_NOTE}", "yellow")


def _of_several(finished: Sequence[Finished], plan: Sequence[Planned]) -> object:
    origin = finished[0].results.provenance
    changes = changes_of([one.results for one in finished if one.is_own])
    groups: dict[str, dict[str, Mapping[str, float]]] = {}
    costs: dict[str, dict[str, float]] = {}
    for one in finished:
        name = _run_name(one, plan)
        groups.setdefault(one.planned.category, {})[name] = one.row.metrics
        costs.setdefault(one.planned.category, {})[name] = one.row.cpu_seconds
    if len({one.category for one in plan}) > 1:
        groups["mean"], costs["mean"] = _means(finished, plan)
    changed = f" · {changes_text(changes)}" if changes else ""
    published = any(_PUBLISHED in rows for rows in groups.values())
    return grouped_table(
        groups,
        costs,
        title=f"{origin.method} on {origin.dataset}",
        notes=[
            f"seed {origin.seed} · {origin.split} images{changed}",
            *_sizes(finished, plan),
            *([PUBLISHED_NOTE] if published and changes else []),
        ],
    )


def _means(
    finished: Sequence[Finished], plan: Sequence[Planned]
) -> tuple[dict[str, Mapping[str, float]], dict[str, float]]:
    """Return mean figures and CPU-seconds by run, beneath those of a paper's own preset the paper's."""
    figures: dict[str, Mapping[str, float]] = {}
    costs: dict[str, float] = {}
    for name in dict.fromkeys(_run_name(one, plan) for one in finished):
        done = [one for one in finished if _run_name(one, plan) == name]
        figures[name] = mean_metrics(one.row.metrics for one in done)
        costs[name] = math.fsum(one.row.cpu_seconds for one in done) / len(done)
        if done[0].is_own and (papers := published_mean([one.results for one in done])):
            figures[_PUBLISHED] = papers
    return figures, costs


def _sizes(finished: Sequence[Finished], plan: Sequence[Planned]) -> list[str]:
    """Return at which input sizes each run was computed, in a line."""
    sizes: dict[str, dict[str, None]] = {}
    for one in finished:
        sizes.setdefault(_run_name(one, plan), {})[size_text(one.row.input_size)] = None
    return ["input size: " + ", ".join(f"{name} {' and '.join(found)}" for name, found in sizes.items())]


def _run_name(one: Finished, plan: Sequence[Planned]) -> str:
    if not one.is_own:
        return reference_name(one.planned.recipe)
    presets = {planned.recipe.preset for planned in plan}
    return one.planned.recipe.preset if len(presets) > 1 else _OWN
