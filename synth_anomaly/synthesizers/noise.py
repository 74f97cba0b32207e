"""Perlin noise, a batch at a time."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from synth_anomaly.interfaces import Size

__all__ = ["fractal_noise", "gradient_angles", "perlin_noise"]

_WORD = 2**32 - 1
_STEP = 0x9E3779B1  # 2^32 over the golden ratio: neighbouring lattice points land far apart
_MIX = 0x45D9F3B  # below 2^31, so that a product of 32 bits never overflows int64


def gradient_angles(seeds: Tensor, points: Size) -> Tensor:
    """Return an angle in [0, 2 pi) for each point of a lattice, the same for a seed on every device.

    Args:
        seeds: ``(B,)`` int64.
        points: Rows and columns of the lattice.

    Returns:
        ``(B, rows, columns)`` float32: a hash of seed and place, uniform, of no visible order.
    """
    place = torch.arange(points[0] * points[1], device=seeds.device).view(points)
    word = (seeds[:, None, None] + place * _STEP) & _WORD
    for _ in range(2):
        word = ((word ^ (word >> 16)) * _MIX) & _WORD
    # 24 bits, which float32 holds exactly
    return ((word ^ (word >> 16)) & 0xFFFFFF) * (2 * math.pi / 2**24)


def perlin_noise(angles: Tensor, scales: Tensor, size: Size) -> Tensor:
    """Return one octave of gradient noise.

    A pixel (y, x) lies at (y scale / H, x scale / W) on a lattice of unit gradients. The noise there is the
    blend, by ``6 t^5 - 15 t^4 + 10 t^3``, of the products of the four gradients around it with its offsets
    from them, times the square root of 2.

    Args:
        angles: ``(B, rows, columns)`` of the gradients: 0 points down, a quarter turn to the right; more
            than ``scales + 1`` points are never read.
        scales: ``(B, 2)``, lattice cells along height and width of each image.
        size: Height and width.

    Returns:
        ``(B, H, W)`` float32 in [-1, 1], 0 on the lattice's points.

    Source: K. Perlin, Improving noise (SIGGRAPH 2002), on the lattice of DRAEM (arXiv 2108.07610).
    """
    rows, columns = _side_by_side([_factors(angles, scales, size, 1.0)])
    return rows @ columns.transpose(1, 2)


def fractal_noise(
    seeds: Tensor, scales: Tensor, size: Size, *, largest: int, octaves: int = 1, persistence: float = 0.5
) -> Tensor:
    """Return a sum of octaves: each has twice the cells of the one before and ``persistence`` of its weight.

    The weights are scaled to a sum of squares of 1, so that more octaves spread the values no wider.

    Args:
        seeds: ``(B,)`` int64 below 2^32, of which the gradients are made.
        scales: ``(B, 2)`` int64, lattice cells of the first octave along height and width.
        size: Height and width.
        largest: The most that ``scales`` may hold, which fixes the lattice's size.
        octaves: How many.
        persistence: Weight of an octave relative to the one before it.

    Returns:
        ``(B, H, W)`` float32.
    """
    weights = [persistence**octave for octave in range(octaves)]
    total = math.hypot(*weights)
    # side by side, one product sums the octaves; what they are made of is freed before it
    rows, columns = _side_by_side(
        [
            _octave(seeds, scales, size, largest, octave, weight / total)
            for octave, weight in enumerate(weights)
        ]
    )
    return rows @ columns.transpose(1, 2)


def _octave(
    seeds: Tensor, scales: Tensor, size: Size, largest: int, octave: int, weight: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    cells = 2**octave
    points = largest * cells + 1
    angles = gradient_angles((seeds + octave * _MIX) & _WORD, (points, points))
    return _factors(angles, scales * cells, size, weight)


def _side_by_side(parts: list[tuple[Tensor, Tensor, Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Return rows ``(B, H, n)`` and columns ``(B, W, n)`` whose product is the sum of all parts' products."""
    rows = torch.cat([rows for part in parts for rows in part[::2]], dim=2)
    columns = torch.cat([columns for part in parts for columns in part[1::2]], dim=2)
    return rows, columns


def _factors(
    angles: Tensor, scales: Tensor, size: Size, weight: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return rows ``(B, H, n)``, columns ``(B, W, n)`` and again both, whose two products sum to the noise.

    A gradient's product with an offset has two terms, down and across, and each is a sum over the lattice
    of weights of the row, a component of the gradient, and weights of the column.
    """
    weights_down, offsets_down = _axis(scales[:, 0], angles.shape[1], size[0])
    weights_across, offsets_across = _axis(scales[:, 1], angles.shape[2], size[1])
    length = math.sqrt(2) * weight
    down, across = length * angles.cos(), length * angles.sin()
    return offsets_down @ down, weights_across, weights_down @ across, offsets_across


def _axis(scales: Tensor, points: int, length: int) -> tuple[Tensor, Tensor]:
    """Return how the pixels of one axis see its lattice points: weights, and weights times offsets.

    Both are ``(B, length, points)``, and 0 at points that are a cell or more away.
    """
    pixels = torch.arange(length, device=scales.device, dtype=torch.float32)
    lattice = torch.arange(points, device=scales.device, dtype=torch.float32)
    offsets = (pixels * (scales / length)[:, None])[:, :, None] - lattice
    distance = offsets.abs().clamp_(max=1)
    fade = (distance * 6).sub_(15).mul_(distance).add_(10).mul_(distance * distance * distance)
    weights = 1 - fade
    return weights, offsets.mul_(weights)
