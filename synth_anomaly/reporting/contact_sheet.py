"""Pictures in rows and columns, with a header and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from synth_anomaly.reporting import colour
from synth_anomaly.reporting.drawing import BACKGROUND, FAINT, PANEL, TEXT, Pen
from synth_anomaly.reporting.scale import Scale

__all__ = ["Column", "Row", "contact_sheet", "thumbnail_size"]

_MARGIN, _GAP, _LABELS = 36, 14, 150
_HEADER, _COLUMN_HEADS, _GROUP_HEAD, _LEAST_ROW = 108, 44, 58, 96
_LEAST_WIDTH = 720
_TITLE_SIZES = (27, 24, 21, 18)
_AREA, _LONGEST = 172 * 172, 340
_TITLE, _NOTE, _LEAST_HEAD = 15, 12, 132

Cell = colour.Image | str
"""A picture that is shown as it is, or a few words in its place."""


@dataclass(frozen=True)
class Column:
    """What a column shows, and a few words on how."""

    title: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One image, shown in several ways.

    Attributes:
        name: The image's name.
        cells: One for each column, the first one a picture.
        facts: Lines below the name.
        group: Heading above the first row of a group; rows of one group are neighbours.
        note: A few words beside that heading.
    """

    name: str
    cells: Sequence[Cell]
    facts: Sequence[str] = ()
    group: str = ""
    note: str = ""


def thumbnail_size(height: int, width: int) -> tuple[int, int]:
    """Return the height and width at which an image is shown: all of about one area, shape kept.

    Example:
        >>> thumbnail_size(256, 256), thumbnail_size(625, 250)
        ((172, 172), (272, 109))
    """
    factor = min((_AREA / (height * width)) ** 0.5, _LONGEST / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))


def contact_sheet(
    title: str,
    subtitle: str,
    rows: Sequence[Row],
    columns: Sequence[Column] = (),
    *,
    badge: str = "",
    scale: Scale | None = None,
) -> Image.Image:
    """Return one picture of all rows.

    Args:
        title: What the sheet shows.
        subtitle: A line below.
        rows: From top to bottom.
        columns: Heads of the columns; may be empty.
        badge: A word beside the title.
        scale: The scale of the anomaly maps, shown as a bar of colours.
    """
    widths = _column_widths(rows, columns)
    heights = [_row_height(row) for row in rows]
    right = max(_LEAST_WIDTH, _MARGIN + _LABELS + sum(widths) + _GAP * len(widths)) + _MARGIN - _GAP
    tops, bottom = _row_tops(rows, heights)
    pen = Pen(Image.new("RGB", (right, bottom + _MARGIN), BACKGROUND))
    _draw_header(pen, title, subtitle, badge, scale)
    lefts = [_MARGIN + _LABELS + sum(widths[:column]) + _GAP * column for column in range(len(widths))]
    _draw_column_heads(pen, columns, lefts, widths)
    for number, (row, top, height) in enumerate(zip(rows, tops, heights, strict=True)):
        if _starts_group(rows, number):
            _draw_group_head(pen, row, top - _GROUP_HEAD)
        _draw_labels(pen, row, top)
        for cell, left, width in zip(row.cells, lefts, widths, strict=False):
            _draw_cell(pen, cell, (left, top, left + width, top + height), row.cells[0])
    return pen.picture


def _column_widths(rows: Sequence[Row], columns: Sequence[Column]) -> list[int]:
    count = max((len(row.cells) for row in rows), default=len(columns))
    pictures = [[cell.shape[1] for cell in row.cells if not isinstance(cell, str)] for row in rows]
    widest = max((max(widths, default=0) for widths in pictures), default=0)
    # Room for the head of a column, which is wider than a tall, narrow picture.
    heads = [_head_width(column) for column in columns[:count]]
    return [max(widest, head) for head in heads] + [max(widest, _LEAST_HEAD)] * (count - len(heads))


def _head_width(column: Column) -> int:
    pen = Pen(Image.new("RGB", (1, 1)))
    widths = pen.width(column.title, _TITLE), pen.width(column.note, _NOTE)
    return min(max(_LEAST_HEAD, *widths), _LONGEST)


def _row_height(row: Row) -> int:
    pictures = [cell.shape[0] for cell in row.cells if not isinstance(cell, str)]
    return max(_LEAST_ROW, max(pictures, default=0))


def _starts_group(rows: Sequence[Row], number: int) -> bool:
    return bool(rows[number].group) and (number == 0 or rows[number].group != rows[number - 1].group)


def _row_tops(rows: Sequence[Row], heights: Sequence[int]) -> tuple[list[int], int]:
    tops, top = [], _HEADER + _COLUMN_HEADS
    for number, height in enumerate(heights):
        top += _GROUP_HEAD if _starts_group(rows, number) else 0
        tops.append(top)
        top += height + _GAP
    return tops, top - _GAP


def _draw_header(pen: Pen, title: str, subtitle: str, badge: str, scale: Scale | None) -> None:
    room = pen.picture.width - 2 * _MARGIN - (240 if scale else 0)
    room_for_title = room - (90 if badge else 0)
    size = next((size for size in _TITLE_SIZES if pen.width(title, size) <= room_for_title), _TITLE_SIZES[-1])
    width = pen.text((_MARGIN, 59 - size), title, size, TEXT, room_for_title)
    pen.text((_MARGIN, 72), subtitle, 15, FAINT, room)
    if badge:
        pen.badge((_MARGIN + width + 14, 36), badge)
    if scale:
        right = pen.picture.width - _MARGIN
        pen.text((right - 200, 32), "anomaly map", 13, FAINT)
        pen.scale_bar(right, 54, scale)


def _draw_column_heads(
    pen: Pen, columns: Sequence[Column], lefts: Sequence[int], widths: Sequence[int]
) -> None:
    for column, left, width in zip(columns, lefts, widths, strict=False):
        pen.text((left, _HEADER + 8), column.title, _TITLE, TEXT, width)
        pen.text((left, _HEADER + 28), column.note, _NOTE, FAINT, width)


def _draw_group_head(pen: Pen, row: Row, top: int) -> None:
    pen.rule(_MARGIN, pen.picture.width - _MARGIN, top + 12)
    width = pen.text((_MARGIN, top + 22), row.group, 16, TEXT)
    pen.text((_MARGIN + width + 10, top + 24), row.note, 13, FAINT)


def _draw_labels(pen: Pen, row: Row, top: int) -> None:
    room = _LABELS - 2 * _GAP
    pen.text((_MARGIN, top), row.name, 15, TEXT, room)
    for number, fact in enumerate(row.facts):
        pen.text((_MARGIN, top + 26 + 20 * number), fact, 14, FAINT, room)


def _draw_cell(pen: Pen, cell: Cell, box: tuple[int, int, int, int], like: Cell) -> None:
    left, top = box[:2]
    shown = like if isinstance(cell, str) else cell
    height, width = (box[3] - top, box[2] - left) if isinstance(shown, str) else shown.shape[:2]
    own = (left, top, left + width, top + height)
    pen.frame(own, PANEL)
    if isinstance(cell, str):
        pen.centred(own, cell, 13, FAINT)
    else:
        pen.picture.paste(Image.fromarray(cell), (left, top))
