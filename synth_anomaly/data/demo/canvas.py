"""The sheet on which a part is drawn: coordinates relative to the picture, never to its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Canvas", "fill", "make_canvas", "mix", "smoothstep", "strokes"]

Array = npt.NDArray[Any]
"""Float32 unless a docstring says otherwise: planes are (H, W), colours (H, W, 3) in 0 to 1."""

OVERSAMPLING = 4


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A square sheet of `size` pixels whose centre is (0, 0) and whose sides are at -1 and 1.

    Attributes:
        size: Pixels along a side.
        x: Horizontal position of every pixel's centre, (H, W).
        y: Vertical position of every pixel's centre, downwards, (H, W).
    """

    size: int
    x: Array
    y: Array


def make_canvas(size: int) -> Canvas:
    """Lay out the coordinates of a sheet of `size` by `size` pixels."""
    centres = ((np.arange(size, dtype=np.float32) + 0.5) * (2.0 / size) - 1.0).astype(np.float32)
    x, y = np.meshgrid(centres, centres)
    return Canvas(size=size, x=x, y=y)


def smoothstep(values: Array, low: float, high: float) -> Array:
    """Return 0 below `low`, 1 above `high` and a smooth ramp between; `low` may be the larger one."""
    ramp = np.clip((values - low) * np.float32(1.0 / (high - low)), 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp))


def mix(under: Array, over: Array, coverage: Array) -> Array:
    """Lay `over` (colours, or one colour) on `under`, (H, W, 3), where `coverage`, (H, W), is 1."""
    return np.asarray(under + coverage[..., None] * (np.asarray(over, np.float32) - under))


def fill(canvas: Canvas, outline: Array) -> Array:
    """Return the coverage (H, W) in 0 to 1 of a closed `outline`, (P, 2) in canvas coordinates."""
    sheet = _oversampled(canvas)
    cv2.fillPoly(sheet, [_to_pixels(outline, sheet.shape[0])], 255)
    return _reduce(sheet, canvas.size)


def strokes(canvas: Canvas, path: Array, widths: Array | float) -> Array:
    """Return the coverage of a line along a path.

    Args:
        canvas: The sheet.
        path: Points (P, 2), in canvas coordinates.
        widths: Width of the P - 1 pieces, in canvas coordinates (2 is the picture's side).

    Returns:
        Coverage (H, W), 0 to 1.
    """
    sheet = _oversampled(canvas)
    points = _to_pixels(path, sheet.shape[0])
    pixels = np.broadcast_to(np.asarray(widths, np.float64) * sheet.shape[0] / 2.0, (len(points) - 1,))
    for start, end, width in zip(points[:-1], points[1:], pixels, strict=True):
        cv2.line(sheet, start.tolist(), end.tolist(), 255, max(1, round(float(width))))
    return _reduce(sheet, canvas.size)


def _oversampled(canvas: Canvas) -> npt.NDArray[np.uint8]:
    side = canvas.size * OVERSAMPLING
    return np.zeros((side, side), np.uint8)


def _to_pixels(points: Array, side: int) -> npt.NDArray[np.int32]:
    return np.rint((np.asarray(points, np.float64) + 1.0) * (side / 2.0) - 0.5).astype(np.int32)


def _reduce(sheet: npt.NDArray[np.uint8], size: int) -> Array:
    small = cv2.resize(sheet, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) * np.float32(1.0 / 255.0)
