"""Resizing images and masks, one rule for training and testing."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from synth_anomaly.interfaces import Size

__all__ = ["resize_image", "resize_mask"]

_TIE = 1e-6


def resize_image(image: npt.NDArray[np.uint8], size: Size) -> npt.NDArray[np.uint8]:
    """Resize an image with Pillow's antialiased bilinear filter.

    It is the filter that torchvision applies to image files, so that figures compare with those of
    published code, and unlike area averaging it is one filter for enlarging and reducing alike.

    Args:
        image: uint8 (H, W, 3).
        size: Height and width to reach; the aspect ratio is not kept.

    Returns:
        uint8 (*size, 3), a new array.
    """
    height, width = size
    if image.shape[:2] == (height, width):
        return image.copy()
    return np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))


def resize_mask(mask: npt.NDArray[np.bool_], size: Size) -> npt.NDArray[np.bool_]:
    """Resize a mask so that it neither shrinks nor grows, and no region of it disappears.

    A pixel of the result is a defect where defects cover more than half of its area. Where they cover
    exactly half, the pixel of `mask` under its centre decides, or edges would drift outwards. A
    connected region (diagonals count) that would leave no trace keeps the one pixel it covers most.

    Args:
        mask: bool (H, W).
        size: Height and width to reach, larger or smaller.

    Returns:
        bool `size`, a new array.

    Example:
        >>> resize_mask(np.eye(4, dtype=bool), (2, 2)).tolist()
        [[True, False], [False, True]]
    """
    if mask.shape == tuple(size):
        return mask.copy()
    coverage = _coverage(mask, size)
    centres = mask[np.ix_(_centres(mask.shape[0], size[0]), _centres(mask.shape[1], size[1]))]
    small = (coverage > 0.5 + _TIE) | ((coverage > 0.5 - _TIE) & centres)
    _keep_every_region(mask, small)
    return np.asarray(small)


def _coverage(mask: npt.NDArray[np.bool_], size: Size) -> npt.NDArray[np.float64]:
    """Return the share of each target pixel's area that the mask covers.

    Between pixels the integral image is bilinear, so reading it there gives exact areas. A product of
    matrices would give them too, but its threads stand in each other's way here.
    """
    sums = cv2.integral(mask.astype(np.uint8)).astype(np.float64)
    for axis in (0, 1):
        below, rest = np.divmod(np.arange(size[axis] + 1) * mask.shape[axis], size[axis])
        above = np.minimum(below + 1, mask.shape[axis])
        share = np.expand_dims(rest / size[axis], 1 - axis)
        sums = np.diff(sums.take(below, axis) * (1 - share) + sums.take(above, axis) * share, axis=axis)
    return np.asarray(sums * (size[0] * size[1] / mask.size))


def _centres(source: int, target: int) -> npt.NDArray[np.int64]:
    return (2 * np.arange(target) + 1) * source // (2 * target)


def _keep_every_region(mask: npt.NDArray[np.bool_], small: npt.NDArray[np.bool_]) -> None:
    """Set, in `small`, the best covered pixel of each region of `mask` that touches no set pixel."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    traces = np.bincount(labels[_traced(small, mask.shape)], minlength=count)
    for label in np.flatnonzero(traces[1:] == 0) + 1:
        left, top, width, height = boxes[label, :4].tolist()
        region = labels[top : top + height, left : left + width] == label
        first_row, rows = _shares(top, height, mask.shape[0], small.shape[0])
        first_column, columns = _shares(left, width, mask.shape[1], small.shape[1])
        coverage = rows @ region @ columns.T
        row, column = np.unravel_index(coverage.argmax(), coverage.shape)
        small[first_row + row, first_column + column] = True


def _traced(small: npt.NDArray[np.bool_], shape: Size) -> npt.NDArray[np.bool_]:
    """Return which pixels of the large mask touch a set pixel of the small one."""
    sums = cv2.integral(small.astype(np.uint8))
    for axis in (0, 1):
        pixels = np.arange(shape[axis])
        start, stop = _touched(pixels, pixels + 1, shape[axis], small.shape[axis])
        sums = sums.take(stop, axis) - sums.take(start, axis)
    return np.asarray(sums > 0)


def _touched(start: Any, stop: Any, source: int, target: int) -> tuple[Any, Any]:
    """Return the first target pixel that source pixels touch, and the one after the last."""
    return start * target // source, -(-stop * target // source)


def _shares(start: int, length: int, source: int, target: int) -> tuple[int, npt.NDArray[np.float64]]:
    """Return the first target pixel touched, and how much of each source pixel each one touched holds."""
    first, last = _touched(start, start + length, source, target)
    edges = np.arange(first, last + 1)[:, None] * (source / target)
    pixels = np.arange(start, start + length)[None]
    overlap = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return first, np.asarray(overlap.clip(min=0.0))
