"""Anomaly maps at other sizes, and the peak of a map, which no size changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.interfaces import Size

__all__ = ["map_peaks", "resize_map"]


def map_peaks(maps: Tensor) -> npt.NDArray[np.float32]:
    """Return the highest value of each map as the method made it, before any resizing.

    It is what ``map_max`` means everywhere: one number for an image and a trained method, whatever size maps
    are compared or written at.

    Args:
        maps: ``(B, 1, H, W)`` float32, on the CPU.

    Returns:
        float32 ``(B,)``.
    """
    return maps.flatten(1).amax(dim=1).numpy()


def resize_map(values: Tensor, size: Size) -> npt.NDArray[np.float32]:
    """Return a map at another size, so that no peak disappears where it becomes smaller.

    Along an axis that becomes shorter a pixel is the highest of those that it touches, so the highest value
    stays what it was. Along one that becomes longer values are interpolated bilinearly, between the centres
    of pixels, as is usual in this field: a peak of one pixel may then lie between two centres and be lower.

    Args:
        values: ``(1, H, W)`` float32, on the CPU.
        size: Height and width to reach.

    Returns:
        float32 `size`; the same values at the same size.

    Example:
        >>> import torch
        >>> peak = torch.zeros(1, 4, 4)
        >>> peak[0, 1, 2] = 1
        >>> resize_map(peak, (2, 2)).tolist()
        [[0.0, 1.0], [0.0, 0.0]]
    """
    height, width = values.shape[-2:]
    target = height_wanted, width_wanted = size[0], size[1]
    if (height, width) == target:
        return values[0].numpy()
    reduced = values[None]
    if height_wanted < height or width_wanted < width:
        reduced = F.adaptive_max_pool2d(reduced, (min(height, height_wanted), min(width, width_wanted)))
    if tuple(reduced.shape[-2:]) != target:
        reduced = F.interpolate(reduced, size=target, mode="bilinear", align_corners=False)
    return reduced[0, 0].numpy()
