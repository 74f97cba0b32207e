"""Perlin noise, a batch at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

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
    return _summed([_Octave.of(angles, scales, size, 1.0)], size)


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
    parts = [
        _octave(seeds, scales, size, largest, octave, weight / total) for octave, weight in enumerate(weights)
    ]
    return _summed(parts, size)


def _octave(seeds: Tensor, scales: Tensor, size: Size, largest: int, octave: int, weight: float) -> _Octave:
    cells = 2**octave
    points = largest * cells + 1
    angles = gradient_angles((seeds + octave * _MIX) & _WORD, (points, points))
    return _Octave.of(angles, scales * cells, size, weight)


@dataclass(frozen=True)
class _Octave:
    """One octave along the image's columns, and which of it each row of the image takes.

    A gradient's product with an offset has two terms, down and across. Summed over the two lattice columns
    around a pixel, each is a line for every lattice row; a row of the image is a sum of four of those, the
    two terms of the two lattice rows around it.

    Attributes:
        lines: ``(N, W)``, of all images, lattice rows and terms.
        taken: ``(B H, 4)`` int64, lines.
        weights: ``(B H, 4)``.
    """

    lines: Tensor
    taken: Tensor
    weights: Tensor

    @classmethod
    def of(cls, angles: Tensor, scales: Tensor, size: Size, weight: float) -> _Octave:
        """Return the octave of the gradients' angles ``(B, rows, columns)``."""
        count, rows, columns = angles.shape
        down, across = _Taps.of(scales[:, 0], rows, size[0]), _Taps.of(scales[:, 1], columns, size[1])
        # the lattice's columns one after the other, each the values of its rows
        angles, length = angles.transpose(1, 2).flatten(0, 1), math.sqrt(2) * weight
        terms = (
            across.sums(length * angles.cos(), across.weights),
            across.sums(length * angles.sin(), across.weights * across.offsets),
        )
        lines = torch.stack([term.view(count, size[1], rows).transpose(1, 2) for term in terms])
        taken = torch.cat((down.points, down.points + count * rows), dim=1)
        return cls(
            lines.reshape(-1, size[1]),
            taken,
            torch.cat((down.weights * down.offsets, down.weights), dim=1),
        )


@dataclass(frozen=True)
class _Taps:
    """The two lattice points around each pixel of one axis, the axes of all images one after the other.

    Attributes:
        points: ``(B length, 2)`` int64, among the B * points points of all images.
        weights: ``(B length, 2)``, their shares of the blend.
        offsets: ``(B length, 2)``, the pixel's offsets from them, in cells.
    """

    points: Tensor
    weights: Tensor
    offsets: Tensor

    @classmethod
    def of(cls, scales: Tensor, points: int, length: int) -> _Taps:
        """Return the points around ``length`` pixels on ``scales``, ``(B,)``, cells."""
        pixels = torch.arange(length, device=scales.device, dtype=torch.float32)
        place = pixels * (scales / length)[:, None]
        first = place.floor()
        offset = (place - first).view(-1)
        fade = (offset * 6).sub_(15).mul_(offset).add_(10).mul_(offset * offset * offset)
        start = torch.arange(len(scales), device=scales.device)[:, None] * points
        point = (first.long() + start).view(-1)
        return cls(
            torch.stack((point, point + 1), dim=1),
            torch.stack((1 - fade, fade), dim=1),
            torch.stack((offset, offset - 1), dim=1),
        )

    def sums(self, values: Tensor, weights: Tensor) -> Tensor:
        """Return ``(B length, n)``: the sums at the pixels of weighted ``values``, ``(B points, n)``."""
        return F.embedding_bag(self.points, values, mode="sum", per_sample_weights=weights)


def _summed(octaves: list[_Octave], size: Size) -> Tensor:
    """Return the sum of all octaves, ``(B, H, W)``."""
    first, taken = 0, []
    for octave in octaves:
        taken.append(octave.taken + first)
        first += len(octave.lines)
    lines = torch.cat([octave.lines for octave in octaves])
    weights = torch.cat([octave.weights for octave in octaves], dim=1)
    noise = F.embedding_bag(torch.cat(taken, dim=1), lines, mode="sum", per_sample_weights=weights)
    return noise.view(-1, *size)
