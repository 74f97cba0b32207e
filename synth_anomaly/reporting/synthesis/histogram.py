"""The distribution of defect areas as a small SVG; its colours are the page's own, by class."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from synth_anomaly.reporting.synthesis.statistics import DefectStatistics
from synth_anomaly.reporting.synthesis.texts import percent

__all__ = ["area_histogram"]

_WIDTH, _HEIGHT, _BINS = 420, 132, 28
_EDGE, _TOP, _FLOOR = 12, 24, 108
_TITLE = "Share of the image that the mask covers, over the samples that show a defect"
_NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)

Across = Callable[[float], float]


def area_histogram(statistics: DefectStatistics) -> str:
    """Return a histogram of the areas, the 5-95 % range shaded, the median marked; empty without areas.

    The axis runs from 0 to a round share of the image, at least as large as the largest defect.
    """
    if not statistics.areas:
        return ""
    top = _nice(statistics.areas[-1])

    def across(share: float) -> float:
        return _EDGE + share / top * (_WIDTH - 2 * _EDGE)

    low, high = across(statistics.area_low), across(statistics.area_high)
    marks = [
        _bar("range", low, _TOP, max(high - low, 1.0), _FLOOR - _TOP),
        *_bins(statistics.areas, top, across),
        f'<path class="grid" d="M{_EDGE} {_FLOOR}H{_WIDTH - _EDGE}"/>',
        f'<path class="mark" d="M{across(statistics.area_median):.1f} {_TOP - 4}V{_FLOOR}"/>',
        _word(across(statistics.area_median), _TOP - 9, f"median {percent(statistics.area_median)}", "label"),
        *(_word(across(share), _FLOOR + 17, percent(share), "tick") for share in (0.0, top / 2, top)),
    ]
    return (
        f'<svg class="areas" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{_TITLE}">'
        f"<title>{_TITLE}</title>{''.join(marks)}</svg>"
    )


def _nice(share: float) -> float:
    """Return the least round share that is not below; the whole image at most."""
    unit = 10.0 ** math.floor(math.log10(share))
    return min(1.0, next(factor * unit for factor in (*_NICE, 20.0) if factor * unit >= share))


def _bins(areas: tuple[float, ...], top: float, across: Across) -> list[str]:
    counts, edges = np.histogram(areas, _BINS, (0.0, top))
    tallest = counts.max()
    return [
        _bar("bin", across(start) + 0.5, _FLOOR - tall, across(end) - across(start) - 1, tall)
        for count, start, end in zip(counts.tolist(), edges, edges[1:], strict=False)
        if (tall := (_FLOOR - _TOP) * count / tallest)
    ]


def _bar(kind: str, left: float, top: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _word(x: float, y: float, text: str, kind: str) -> str:
    """Return a text centred at ``x``, or beginning or ending there near an edge of the plot."""
    room = 10 + 4 * len(text)
    anchor = "start" if x < room else "end" if x > _WIDTH - room else "middle"
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
