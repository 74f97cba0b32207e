"""What an analysis leaves: a table as CSV, its figures as JSON, a plot as PNG."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from synth_anomaly.files import write_whole

__all__ = ["Analysis", "Plot", "Rows", "write_analysis"]

Rows = Iterator[tuple[Any, ...]]
"""The lines of a table, its heads first."""


class Plot:
    """A figure to draw into.

    Args:
        height: Inches of each of its parts.
    """

    def __init__(self, height: float = 2.8) -> None:
        from matplotlib.figure import Figure

        self._height = height
        self.figure = Figure(dpi=150, layout="constrained")

    def axes(self, count: int) -> list[Any]:
        """Return parts, one below the other."""
        self.figure.set_size_inches(6.4, self._height * count)
        return list(self.figure.subplots(count, 1, squeeze=False)[:, 0])

    def pictures(self, title: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Draw images, ``(3, H, W)`` in [0, 1], in rows that begin with a name."""
        self.figure.set_size_inches(1.7 * len(columns), 1.7 * len(rows) + 0.5)
        grid = self.figure.subplots(len(rows), len(columns), squeeze=False)
        for line, (name, *images) in zip(grid, rows, strict=True):
            line[0].set_ylabel(name, fontsize="small")
            for axes, image in zip(line, images, strict=True):
                axes.imshow(image.clamp(0, 1).permute(1, 2, 0).cpu().numpy())
                axes.set(xticks=[], yticks=[])
        for axes, column in zip(grid[0], columns, strict=True):
            axes.set_title(column)
        self.figure.suptitle(title)

    def png(self) -> bytes:
        """Return the figure as PNG."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        content = io.BytesIO()
        FigureCanvasAgg(self.figure).print_png(content)  # type: ignore[no-untyped-call]
        return content.getvalue()


class Analysis(Protocol):
    """What has a table, figures and a plot."""

    def summary(self) -> Mapping[str, float]:
        """Return its figures by name."""
        ...

    def rows(self) -> Rows:
        """Yield its table."""
        ...

    def draw(self, plot: Plot) -> None:
        """Draw it."""
        ...


def write_analysis(folder: Path, name: str, analysis: Analysis) -> tuple[Path, Path, Path]:
    """Write ``<name>.csv``, ``<name>.json`` and ``<name>.png`` into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(analysis.rows())
    plot = Plot()
    analysis.draw(plot)
    table, figures, picture = (folder / f"{name}.{suffix}" for suffix in ("csv", "json", "png"))
    write_whole(table, text.getvalue().encode())
    write_whole(figures, (json.dumps(dict(analysis.summary()), indent=2) + "\n").encode())
    write_whole(picture, plot.png())
    return table, figures, picture
