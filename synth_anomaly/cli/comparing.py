"""Executing runs and, beside them, those of other methods on the same images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from synth_anomaly.cli.compared_summary import Finished, print_compared
from synth_anomaly.cli.execute import Screen, closing, finish, without_maps
from synth_anomaly.cli.references import reference_name
from synth_anomaly.cli.summary import outline, print_line
from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.reporting.compared import Compared
from synth_anomaly.reporting.results import Results, write_comparison
from synth_anomaly.runs import Planned, Run

__all__ = ["execute_compared"]


def execute_compared(
    plan: Sequence[Planned],
    references: Sequence[Planned],
    begin: Callable[[Planned], Run],
    screen: Screen,
    *,
    notice: str = "",
) -> Path:
    """Execute the runs of a method, and after those of each category the ones that they are compared with.

    Each of the method's runs has what it is compared with in its ``metrics.json`` and ``report.html``.

    Args:
        plan: The method's runs.
        references: Those of other methods, of the same categories.
        begin: Makes a run.
        screen: Where they are shown.
        notice: A line to show first.

    Returns:
        The folder of the method's run, or the one that holds several.

    Raises:
        SynthAnomalyError: If one fails, or the user asked to stop; what is done by then is printed.
    """
    comparison = _Comparison(begin, screen, notice)
    categories = list(dict.fromkeys(planned.category for planned in plan))
    parts = [
        [[one for one in runs if one.category == name] for runs in (plan, references)] for name in categories
    ]
    try:
        for own, others in parts:
            comparison.execute(own, others)
    except SynthAnomalyError as error:
        print_compared(comparison.finished, plan)
        order = [one for own, others in parts for one in (*own, *others)]
        left = ", ".join(map(_name, order[len(comparison.finished) + 1 :]))
        raise type(error)(f"{error} (not begun: {left})" if left else str(error)) from error
    print_compared(comparison.finished, plan)
    done = [one for one in comparison.finished if one.is_own]
    results = [one.results for one in done]
    print_line(Console(), f" {outline(results)} · {closing(results)}", "dim")
    return done[0].row.run if len(done) == 1 else done[0].row.run.parent.parent


class _Comparison:
    """Executes runs, and writes into a method's own what the others came to."""

    def __init__(self, begin: Callable[[Planned], Run], screen: Screen, notice: str) -> None:
        self.finished: list[Finished] = []
        self._begin = begin
        self._screen = screen
        self._notice = notice

    def execute(self, own: Sequence[Planned], others: Sequence[Planned]) -> None:
        """Execute the runs of one category: a method's own first."""
        # pictures hold the trained method, maps are wanted until the last page of the category is written
        whole = [replace(self._run(one, is_own=True), reconstruct=None, pictures=None) for one in own]
        folders = [one.row.run for one in self.finished[-len(own) :]]
        compared: dict[str, Compared] = {}
        for planned in others:
            self._run(planned, is_own=False)
            compared[reference_name(planned.recipe)] = self.finished[-1].row
            for folder, results in zip(folders, whole, strict=True):
                write_comparison(folder, results, compared)

    def _run(self, planned: Planned, *, is_own: bool) -> Results:
        started = self._begin(planned)
        self._screen.begin(started, "" if self.finished else self._notice)
        results = finish(started, self._screen)
        if not self._screen.progress.quiet:
            text = f" {closing([results])} · {started.folder}"
            print_line(self._screen.progress.console, text, "dim")
        row = Compared(
            metrics=results.metrics,
            cpu_seconds=results.facts["cpu_seconds"],
            input_size=started.method.settings.input_size,
            run=started.folder,
        )
        self.finished.append(Finished(planned, without_maps(results), row, is_own=is_own))
        return results


def _name(planned: Planned) -> str:
    return f"{reference_name(planned.recipe)} {planned.category}"
