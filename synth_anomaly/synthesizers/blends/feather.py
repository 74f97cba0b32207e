"""Weights that rise from the outline of a region to its middle, however thin the region is.

A pixel's weight depends on its depth, which is its distance from the outline, and on how thick the region is
around it: on the radius of the largest disc inside the region that reaches the pixel. Both come from two
passes of a lower envelope of parabolas, along rows and columns.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["feathered"]

_FAR = 2.5  # standard deviations; deeper inside, the weight is 1
_STRETCH = 2.0  # the square of how far a disc reaches, in radii: into a right angle, and no farther


def feathered(masks: Tensor, sigmas: Tensor, largest: float) -> Tensor:
    """Return the weight of each pixel: ``erf(depth / s) / erf(thickness / s)``, s the square root of 2 sigma.

    Far from a straight outline that is what a Gaussian blur makes of it, ``2 blurred - 1``; the middle of
    every region has the weight 1, and so has all of a region much thinner than sigma. A region counts as part
    of a thicker one, and is lighter, where it is nearer to it than 0.4 of that one's largest disc. No weight
    inside a mask is 0. The image's border is no outline.

    Args:
        masks: ``(B, 1, H, W)``; all above 0 is inside, and the weights are multiplied by it.
        sigmas: ``(B,)`` standard deviations in pixels; 0 leaves the masks as they are.
        largest: The greatest of ``sigmas``, known without waiting for the device.

    Returns:
        float32 ``(B, 1, H, W)`` in [0, 1].
    """
    inside, scale = masks > 0, sigmas.float().clamp(min=0.05)[:, None, None, None]
    # half a pixel: the outline lies midway between the last pixel inside and the first outside
    reach = math.ceil(_FAR * max(largest, 0.05) + 0.5)
    squared = torch.where(inside, float(reach**2), 0.0)
    squared = _envelope(_envelope(squared, reach - 1, 3), reach - 1, 2)
    squared = torch.minimum(squared, (_FAR * scale + 0.5).clamp(min=1).square())
    thickness = _thickness(squared, math.ceil(math.sqrt(_STRETCH) * reach))
    rising, whole = (
        torch.erf((distance - 0.5) / (math.sqrt(2) * scale)) for distance in (squared.sqrt(), thickness)
    )
    return torch.where(inside, rising / whole, 0.0).clamp_(max=1).mul_(masks)


def _thickness(squared: Tensor, reach: int) -> Tensor:
    """Return the greatest radius of the discs that reach each pixel, at least its own.

    Args:
        squared: The square of each pixel's distance from the outside, the radius of the disc about it.
        reach: How far a disc reaches at most, in pixels.
    """
    # of all discs, the largest has the highest parabola wherever it reaches, and from that follows its radius
    highest = -_envelope(_envelope(-_STRETCH * squared, reach, 3), reach, 2)
    depth = squared.sqrt()
    root = (squared + (_STRETCH - 1) * (squared + highest)).clamp_(min=0).sqrt_()
    return torch.maximum(root.sub_(depth).div_(_STRETCH - 1), depth).clamp_(min=1)


def _envelope(values: Tensor, reach: int, axis: int) -> Tensor:
    """Return the lowest of ``values[j] + (i - j)^2`` along an axis, over all j at most ``reach`` from i."""
    lowest, length = values.clone(), values.shape[axis]
    for shift in range(1, min(reach, length - 1) + 1):
        rest = length - shift
        for place, other in ((shift, 0), (0, shift)):
            part = lowest.narrow(axis, place, rest)
            torch.minimum(part, values.narrow(axis, other, rest) + shift**2, out=part)
    return lowest
