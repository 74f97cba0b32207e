"""The figures of runs of several methods on the same images as tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from synth_anomaly.reporting.compared import Compared, seconds_text, size_text
from synth_anomaly.reporting.labels import label
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE, Provenance
from synth_anomaly.reporting.table import comparison, figure_cell, framed, narrow_columns, origin_lines

__all__ = ["compared_table", "grouped_table"]

_COST = "CPU-s"
_ROOM = 18


def compared_table(
    runs: Mapping[str, Compared], provenance: Provenance, published: Mapping[str, float] | None = None
) -> RenderableType:
    """Return a table of figures with a column for each run, and what each cost.

    Args:
        runs: By name, the run that the others stand beside first.
        provenance: Where the first one's figures come from.
        published: The paper's own figures of the first one; without any there is no column for them.
    """
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 2, 0, 1))
    table.add_column("figure")
    (own, first), *others = runs.items()
    table.add_column(own, justify="right", style="bold cyan")
    if published:
        table.add_column("published", justify="right")
    for name, _ in others:
        table.add_column(name.replace("/", "\n"), justify="right", overflow="fold")
    for figure, value in first.metrics.items():
        papers = (figure_cell(published.get(figure)),) if published else ()
        cells = (figure_cell(run.metrics.get(figure)) for _, run in others)
        table.add_row(label(figure), figure_cell(value), *papers, *cells)
    table.add_section()
    blank = ("",) if published else ()
    for title, texts in _costs(list(runs.values())):
        table.add_row(title, texts[0], *blank, *texts[1:])
    places = [Text(f" {name}: {run.run}", style="dim") for name, run in others]
    note = [Text(f" {PUBLISHED_NOTE}", style="yellow")] if published and provenance.changes else []
    return Group(table, *origin_lines(provenance), *places, *note)


def grouped_table(
    groups: Mapping[str, Mapping[str, Mapping[str, float]]],
    costs: Mapping[str, Mapping[str, float]],
    *,
    title: str = "",
    notes: Sequence[str] = (),
) -> RenderableType:
    """Return a table with a line for each run, under the name of what it is of.

    Args:
        groups: The figures by what they are of, such as a category, then by run, then by name.
        costs: CPU-seconds by what they are of, then by run; a row without has none.
        title: A line above.
        notes: Lines beneath.
    """
    names = narrow_columns([metrics for rows in groups.values() for metrics in rows.values()])
    table = comparison("", names)
    table.padding = (0, 1, 0, 0)  # eight columns beside a name within 80 characters
    table.add_column(_COST, justify="right", no_wrap=True)
    for group, rows in groups.items():
        table.add_section()
        table.add_row(Text(group, style="bold"))
        for run, metrics in rows.items():
            cost = costs.get(group, {}).get(run)
            figures = (figure_cell(metrics.get(name)) for name in names)
            table.add_row(_line(run), *figures, "" if cost is None else seconds_text(cost))
    return framed(table, title, notes)


def _line(run: str) -> str:
    """Return a run's name for the first column, which has room for 20 characters beside seven figures."""
    return f"  {run}" if len(run) <= _ROOM else "  " + run.replace("/", "/\n    ")


def _costs(runs: Sequence[Compared]) -> list[tuple[str, list[str]]]:
    return [
        ("CPU-seconds", [seconds_text(run.cpu_seconds) for run in runs]),
        ("input size", [size_text(run.input_size) for run in runs]),
    ]
