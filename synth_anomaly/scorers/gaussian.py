"""A Gaussian over maps, as two matrix products: convolving one channel costs a CPU several times as much."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from synth_anomaly.numerics import full_precision

__all__ = ["gaussian_smoothed"]


def gaussian_smoothed(maps: Tensor, sigma: float) -> Tensor:
    """Return maps under a Gaussian, cut off at three standard deviations; borders are repeated outwards.

    Args:
        maps: ``(B, 1, H, W)`` float32.
        sigma: Its standard deviation, in pixels; 0 returns the maps as they are.

    Example:
        >>> gaussian_smoothed(torch.ones(1, 1, 3, 3), 2.0).round(decimals=5).unique()
        tensor([1.])
    """
    if not sigma:
        return maps
    with full_precision(maps.device):
        down, across = (_matrix(side, sigma, maps) for side in maps.shape[-2:])
        return down @ maps @ across.T


def _matrix(side: int, sigma: float, like: Tensor) -> Tensor:
    """Return ``(side, side)``: the weights of each place's neighbours; those beyond a border add to it."""
    reach = math.ceil(3 * sigma)
    offsets = torch.arange(-reach, reach + 1, device=like.device)
    weights = torch.exp(-(offsets.to(like.dtype) ** 2) / (2 * sigma**2))
    places = (torch.arange(side, device=like.device)[:, None] + offsets).clamp(0, side - 1)
    matrix = like.new_zeros(side, side)
    return matrix.scatter_add_(1, places, (weights / weights.sum()).expand(side, -1))
