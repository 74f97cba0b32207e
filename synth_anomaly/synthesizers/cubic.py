"""Cubic interpolation between the points of a lattice."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["cubic_weights"]


def cubic_weights(places: Tensor, points: int) -> tuple[Tensor, Tensor]:
    """Return how much each lattice point counts at some places of one axis, and how that changes.

    A product of such weights along both axes interpolates the lattice bicubically: at a point it has the
    point's value, and its slopes are continuous. The weights at a place sum to 1, the slopes to 0.

    Args:
        places: ``(..., n)`` float, in cells from the middle point; at most ``points // 2 - 1`` either way.
        points: How many points the axis has, an odd number.

    Returns:
        Weights and slopes, each ``(..., n, points)``.

    Source: R. Keys, Cubic convolution interpolation (1981), with a = -1/2.
    """
    lattice = torch.arange(points, device=places.device) - points // 2
    offset = places[..., None] - lattice
    # at a distance of 2 the weight and its slope are 0
    far = offset.abs().clamp_(max=2)
    near = far < 1
    weights = torch.where(
        near, (1.5 * far - 2.5).mul_(far * far).add_(1), ((2.5 - 0.5 * far) * far - 4).mul_(far).add_(2)
    )
    slopes = torch.where(near, (4.5 * far - 5).mul_(far), (5 - 1.5 * far).mul_(far).sub_(4))
    return weights, slopes.mul_(offset.sign())
