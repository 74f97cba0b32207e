"""The figures of a run as tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from synth_anomaly.reporting.labels import LABELS, SHORT_LABELS, figure_text, label
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE, Provenance

__all__ = [
    "categories_table",
    "comparison",
    "figure_cell",
    "framed",
    "mean_metrics",
    "metrics_table",
    "narrow_columns",
    "origin_lines",
    "presets_table",
]

_AT_BEST_F1 = frozenset({"image_tpr", "image_tnr", "image_accuracy", "image_mean_accuracy"})
_ACCURACY, _F1 = "image_accuracy_max", "image_f1_max"


def metrics_table(
    metrics: Mapping[str, float],
    provenance: Provenance,
    published: Mapping[str, float] | None = None,
    reasons: Iterable[str] = (),
) -> RenderableType:
    """Return a table of the figures, with where they come from beneath.

    Args:
        metrics: By name; nan is shown as n/a.
        provenance: Where they come from.
        published: The paper's own figures by name; without any there is no column for them.
        reasons: Why figures are not there, or of fewer images than there are, a line each.
    """
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 2, 0, 1))
    table.add_column("figure")
    table.add_column("this run", justify="right", style="bold cyan")
    if published:
        table.add_column("published", justify="right")
        table.add_column("difference", justify="right")
    for name, value in metrics.items():
        compared = _compared(value, published.get(name)) if published else ()
        table.add_row(label(name), figure_cell(value), *compared)
    note = [Text(f" {PUBLISHED_NOTE}", style="yellow")] if published and provenance.changes else []
    missing = [Text(f" {reason}", style="yellow") for reason in dict.fromkeys(reasons)]
    return Group(table, *missing, *origin_lines(provenance), *note)


def categories_table(
    rows: Mapping[str, Mapping[str, float]],
    *,
    title: str = "",
    caption: str = "",
    published: Mapping[str, float] | None = None,
    changed: bool = False,
) -> RenderableType:
    """Return a table with a line a category, and the mean last.

    Args:
        rows: The figures by category, then by name.
        title: A line above.
        caption: A line beneath, such as where the figures come from.
        published: The paper's own means by name; without any there is no line for them.
        changed: Whether settings were changed of the preset.
    """
    names = _columns(list(rows.values()), published or {})
    table = comparison("category", names)
    for category, metrics in rows.items():
        table.add_row(category, *(figure_cell(metrics.get(name)) for name in names))
    table.add_section()
    means = mean_metrics(rows.values())
    table.add_row("mean", *(figure_cell(means[name]) for name in names), style="bold")
    if published:
        table.add_row("published", *(figure_cell(published.get(name)) for name in names))
    notes = _notes(caption, published and changed)
    if any(math.isnan(metrics.get(name, math.nan)) for metrics in rows.values() for name in names):
        notes.append("A mean is over the categories for which the figure is defined.")
    return framed(table, title, notes)


def presets_table(
    rows: Mapping[str, Mapping[str, float]],
    *,
    title: str = "",
    caption: str = "",
    published: Mapping[str, Mapping[str, float]] | None = None,
    changed: bool = False,
) -> RenderableType:
    """Return a table with a line a preset, and beneath it the paper's own figures where there are some.

    Args:
        rows: The figures by preset, then by name; those that no preset has, and those at the threshold of the
            best F1, are left out.
        title: A line above.
        caption: A line beneath, such as which categories the figures are the mean of.
        published: The paper's own figures by preset, then by name.
        changed: Whether settings were changed of the presets.
    """
    names = narrow_columns(list(rows.values()), {name for row in (published or {}).values() for name in row})
    table = comparison("preset", names)
    for preset, metrics in rows.items():
        table.add_row(preset, *(figure_cell(metrics.get(name)) for name in names))
        if figures := (published or {}).get(preset):
            cells = (figure_cell(figures.get(name)) for name in names)
            table.add_row("  published", *cells, style="dim")
    return framed(table, title, _notes(caption, published and changed))


def narrow_columns(rows: Sequence[Mapping[str, float]], published: Container[str] = ()) -> list[str]:
    """Return the figures to show beside long names, at most seven: those that a row has.

    What depends on a threshold chosen on the images gives way.

    Args:
        rows: The figures of each row by name.
        published: The names of figures that a paper has.
    """
    names = [name for name in _columns(rows, published) if name not in _AT_BEST_F1 | {_F1}]
    there = [name for name in names if any(not math.isnan(row.get(name, math.nan)) for row in rows)]
    return there or names


def comparison(first: str, names: Iterable[str]) -> Table:
    """Return an empty table with a column for each figure of these names, after one with another head."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in names:
        # Two short lines keep eight columns within 80 characters.
        table.add_column(SHORT_LABELS[name].replace(" ", "\n"), justify="right", no_wrap=True)
    return table


def framed(table: Table, title: str, notes: Iterable[str]) -> RenderableType:
    """Return a table with a line above and lines beneath."""
    heading = [Text(f" {title}", style="bold")] if title else []
    return Group(*heading, table, *(Text(f" {note}", style="dim") for note in notes))


def _notes(caption: str, compared: object) -> list[str]:
    return [*([caption] if caption else []), *([PUBLISHED_NOTE] if compared else [])]


def _columns(rows: Sequence[Mapping[str, float]], published: Container[str]) -> list[str]:
    """Return the figures to show: those of pixels, or where there are none those at the best threshold.

    The best accuracy, where a paper publishes it, takes the place of the best F1: there is room for one.
    """
    found = [name for name in LABELS if any(name in metrics for metrics in rows)]
    pixels = [name for name in found if name.startswith("pixel_")]
    is_scored = any(not math.isnan(row.get(name, math.nan)) for row in rows for name in pixels)
    left_out = _AT_BEST_F1 if is_scored or not _AT_BEST_F1 & set(found) else frozenset(pixels)
    left_out |= {_F1 if _ACCURACY in published else _ACCURACY}
    return [name for name in found if name not in left_out]


def mean_metrics(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each figure over the rows where it is defined; nan where it is in none.

    Example:
        >>> mean_metrics([{"pixel_ap": 0.5}, {"pixel_ap": 1.0}, {"pixel_ap": float("nan")}])
        {'pixel_ap': 0.75}
    """
    values: dict[str, list[float]] = {}
    for metrics in rows:
        for name, value in metrics.items():
            values.setdefault(name, []).extend([] if math.isnan(value) else [value])
    return {name: math.fsum(some) / len(some) if some else math.nan for name, some in values.items()}


def figure_cell(value: float | None) -> Text:
    """Return a figure for a cell of a table."""
    text = figure_text(value)
    return Text(text, style="dim" if text == "n/a" else "")


def _compared(value: float, published: float | None) -> tuple[Text, Text]:
    if published is None or math.isnan(published) or math.isnan(value):
        return figure_cell(published), Text("")
    difference = value - published
    return figure_cell(published), Text(f"{difference:+.3f}", style="green" if difference >= 0 else "yellow")


def origin_lines(provenance: Provenance) -> list[Text]:
    """Return where figures come from, for beneath a table."""
    lines = [Text(f" {provenance.title}"), Text(f" {provenance.details}", style="dim")]
    if provenance.is_demo:
        lines.append(
            Text(" Rendered demo images: these figures say nothing of real products.", style="yellow")
        )
    return lines
