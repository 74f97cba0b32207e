"""Plots as SVG; colours are the page's own, by class, so that they follow its light or dark theme."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from synth_anomaly.reporting.drawing import number_text
from synth_anomaly.reporting.extent import MANY
from synth_anomaly.reporting.per_image import ImageFacts

__all__ = ["iou_plot", "score_plot"]

_WIDTH, _HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 20, 20, 46
_LANE, _DOT = 44, 4.0
_CHARACTERS = 48  # of a tick's size, along an axis beside the longest names


def iou_plot(thresholds: npt.NDArray[np.float64], iou: npt.NDArray[np.float64], best: float) -> str:
    """Return the IoU over the threshold, with its peak marked.

    Args:
        thresholds: ``(K,)``, rising, finite; at least two.
        iou: ``(K,)`` in [0, 1]; nan where it is undefined.
        best: The threshold of the peak.
    """
    top = max(0.1, math.ceil(float(np.nanmax(iou)) * 10) / 10)
    across = _axis(float(thresholds[0]), float(thresholds[-1]), _LEFT, _WIDTH - _RIGHT)
    up = _axis(0.0, top, _HEIGHT - _BOTTOM, _TOP)
    points = [
        f"{across(x):.1f},{up(y):.1f}" for x, y in zip(thresholds, iou, strict=True) if math.isfinite(y)
    ]
    floor = up(0.0)
    area = f"{points[0].split(',')[0]},{floor} {' '.join(points)} {points[-1].split(',')[0]},{floor}"
    peak = float(np.interp(best, thresholds, iou))
    marks = [
        *(_tick_across(across(x), _HEIGHT - _BOTTOM, x) for x in _ticks(thresholds[0], thresholds[-1])),
        *(_grid_line(up(y), y) for y in _ticks(0.0, top)),
        f'<polygon class="area" points="{area}"/>',
        f'<polyline class="curve" points="{" ".join(points)}"/>',
        f'<path class="mark" d="M{across(best):.1f} {up(peak):.1f}V{floor}"/>',
        f'<circle class="peak" cx="{across(best):.1f}" cy="{up(peak):.1f}" r="5"/>',
        _caption("threshold on the anomaly map", _HEIGHT - 8),
    ]
    title = f"IoU over the threshold, highest at {number_text(best)}"
    return _svg(title, _HEIGHT, marks)


def score_plot(images: Sequence[ImageFacts]) -> str:
    """Return one dot an image, by score, in one lane for each kind of defect; bars where images are many.

    Args:
        images: One or more.
    """
    lanes = defaultdict(list)
    for image in sorted(images, key=lambda image: (image.is_defective, image.defect, image.score)):
        lanes[image.defect].append(image)
    left = _LEFT + 7 * min(14, max(len(name) for name in lanes))
    scores = [image.score for image in images]
    across = _axis(min(scores), max(scores), left, _WIDTH - _RIGHT)
    bottom = _TOP + _LANE * len(lanes)
    marks = [_tick_across(across(x), bottom, x) for x in _ticks(min(scores), max(scores))]
    for number, (defect, members) in enumerate(lanes.items()):
        middle = _TOP + _LANE * (number + 0.5)
        marks.append(
            f'<text class="label" x="{left - 14}" y="{middle + 4}" text-anchor="end">{_name(defect)}</text>'
        )
        marks.append(f'<line class="grid" x1="{left}" x2="{_WIDTH - _RIGHT}" y1="{middle}" y2="{middle}"/>')
        marks += (_bars if len(images) > MANY else _dots)(members, across, middle)
    marks.append(_caption("image score", bottom + 38))
    return _svg("Scores of the test images, by kind of defect", bottom + _BOTTOM, marks)


def _stacks(members: Sequence[ImageFacts], across: Callable[[float], float]) -> dict[int, list[ImageFacts]]:
    """Return the images whose dots would lie on each other, by their place in diameters."""
    stacks: dict[int, list[ImageFacts]] = defaultdict(list)
    for image in members:
        stacks[round(across(image.score) / (2 * _DOT))].append(image)
    return stacks


def _bars(members: Sequence[ImageFacts], across: Callable[[float], float], middle: float) -> list[str]:
    """Draw a bar as high as images are many; the highest fills the lane."""
    stacks = _stacks(members, across)
    tallest = max(len(stack) for stack in stacks.values())
    kind = "bad" if members[0].is_defective else "good"
    bars = []
    for place, stack in stacks.items():
        height = (_LANE - 6) * len(stack) / tallest
        scores = f"{number_text(stack[0].score)} to {number_text(stack[-1].score)}"
        title = escape(f"{members[0].defect}: {len(stack)} of {len(members)} images, score {scores}")
        bars.append(
            f'<rect class="{kind}" x="{(2 * place - 1) * _DOT + 0.5:.1f}" y="{middle - height / 2:.1f}" '
            f'width="{2 * _DOT - 1}" height="{height:.1f}"><title>{title}</title></rect>'
        )
    return bars


def _dots(members: Sequence[ImageFacts], across: Callable[[float], float], middle: float) -> list[str]:
    """Stack dots that would lie on each other, to both sides of the lane's middle."""
    stacks = _stacks(members, across)
    tallest = max(len(stack) for stack in stacks.values())
    pitch = min(2 * _DOT, (_LANE - 2 * _DOT - 2) / max(1, tallest - 1))
    kind = "bad" if members[0].is_defective else "good"
    dots = []
    for stack in stacks.values():
        for place, image in enumerate(stack):
            y = middle + (place - (len(stack) - 1) / 2) * pitch
            title = escape(f"{image.name}: {number_text(image.score)}")
            dots.append(
                f'<circle class="{kind}" cx="{across(image.score):.1f}" cy="{y:.1f}" r="{_DOT}">'
                f"<title>{title}</title></circle>"
            )
    return dots


def _axis(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    span = high - low or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _ticks(low: float, high: float) -> list[float]:
    """Return up to ten round numbers in a range: as many as their texts leave room for."""
    span = float(high - low) or 1.0
    for least in (4, 2, 1):
        step = 10.0 ** math.floor(math.log10(span / least))
        step *= next(factor for factor in (5, 2, 1) if span / (step * factor) >= least)
        places = range(math.ceil(low / step), math.floor(high / step) + 1)
        ticks = [round(place * step, 12) for place in places]
        if sum(len(f"{tick:g}") + 2 for tick in ticks) <= _CHARACTERS:
            break
    return ticks


def _tick_across(x: float, y: float, value: float) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y + 18}" text-anchor="middle">{value:g}</text>'


def _grid_line(y: float, value: float) -> str:
    line = f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + f'<text class="tick" x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'


def _caption(text: str, y: float) -> str:
    return (
        f'<text class="label" x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{y}" text-anchor="middle">{text}</text>'
    )


def _name(text: str) -> str:
    return escape(text if len(text) <= 16 else text[:15] + "…")


def _svg(title: str, height: int, marks: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(marks)}</svg>"
    )
