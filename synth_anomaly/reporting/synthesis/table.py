"""The statistics of synthesizers as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.table import Table
from rich.text import Text

from synth_anomaly.reporting.synthesis.statistics import DefectStatistics
from synth_anomaly.reporting.synthesis.texts import contrast_text, percent, range_text

__all__ = ["statistics_table"]


def statistics_table(rows: Mapping[str, DefectStatistics]) -> Table:
    """Return a table with a line for each synthesizer."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 0, 0, 1))
    table.add_column("synthesizer", overflow="fold")
    # Two short lines keep the columns within 80 characters.
    for title in (
        "mask\nmedian",
        "mask\n5-95%",
        "empty\nmasks",
        "image\nchanged",
        "contrast",
        "without\ndefect",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for name, figures in rows.items():
        table.add_row(
            Text(name),
            percent(figures.area_median),
            range_text(figures.area_low, figures.area_high),
            percent(figures.empty),
            percent(figures.changed),
            contrast_text(figures.contrast),
            contrast_text(figures.contrast_before),
        )
    return table
