"""Synthetic samples at a glance: the original, the sample, and its mask outlined."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from synth_anomaly.reporting.contact_sheet import thumbnail_size
from synth_anomaly.reporting.drawing import BACKGROUND, FAINT, PANEL, TEXT, WARM, Pen
from synth_anomaly.reporting.synthesis.samples import SyntheticSample

__all__ = ["synthesis_sheet"]

_MARGIN, _HEADER, _NOTE, _CAPTION = 36, 136, 23, 50
_BETWEEN, _BETWEEN_ROWS, _WITHIN = 26, 18, 4
_COLUMNS, _VIEWS, _LEAST_WIDTH = 3, 3, 900


def synthesis_sheet(
    samples: Sequence[SyntheticSample],
    *,
    title: str,
    subtitle: str,
    summary: str = "",
    note: str = "",
    badge: str = "",
) -> Image.Image:
    """Return one picture of all samples, three a row; one of an empty mask is labelled as normal.

    Args:
        samples: One or more, of one size.
        title: The synthesizer and the images.
        subtitle: A line below, such as the seed.
        summary: A line of figures below that.
        note: What a reader should know, in a line that stands out; may be empty.
        badge: A word beside the title, such as ``"DEMO"``.
    """
    height, width = thumbnail_size(*samples[0].mask.shape)
    across = _VIEWS * (width + _WITHIN) - _WITHIN + _BETWEEN
    header = _HEADER + (_NOTE if note else 0)
    down = height + _CAPTION + _BETWEEN_ROWS
    columns = min(_COLUMNS, len(samples))
    rows = -(-len(samples) // columns)
    size = (
        max(_LEAST_WIDTH, 2 * _MARGIN + columns * across - _BETWEEN),
        header + rows * down - _BETWEEN_ROWS + _MARGIN,
    )
    pen = Pen(Image.new("RGB", size, BACKGROUND))
    _draw_header(pen, title, subtitle, summary, note, badge)
    for number, sample in enumerate(samples):
        row, column = divmod(number, columns)
        _draw_sample(pen, (_MARGIN + column * across, header + row * down), number, sample, (height, width))
    return pen.picture


def _draw_header(pen: Pen, title: str, subtitle: str, summary: str, note: str, badge: str) -> None:
    room = pen.picture.width - 2 * _MARGIN
    width = pen.text((_MARGIN, 32), title, 27, TEXT, room - (90 if badge else 0))
    if badge:
        pen.badge((_MARGIN + width + 14, 36), badge)
    pen.text((_MARGIN, 72), subtitle, 15, FAINT, room)
    pen.text((_MARGIN, 95), summary, 15, FAINT, room)
    pen.text((_MARGIN, 118), note, 15, WARM, room)


def _draw_sample(
    pen: Pen, place: tuple[int, int], number: int, sample: SyntheticSample, size: tuple[int, int]
) -> None:
    left, top = place
    height, width = size
    for column, picture in enumerate(sample.views(size)):
        start = left + column * (width + _WITHIN)
        pen.frame((start, top, start + width, top + height), PANEL)
        pen.picture.paste(Image.fromarray(picture), (start, top))
    room = _VIEWS * (width + _WITHIN) - _WITHIN
    pen.text((left, top + height + 8), f"{number:03d}  {sample.image}", 14, TEXT, room)
    pen.text((left, top + height + 27), sample.facts, 13, FAINT if sample.is_defective else WARM, room)
