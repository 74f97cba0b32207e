"""Poisson's equation inside rectangles, exactly, as four matrix products a batch."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["solve_rectangles"]


def solve_rectangles(source: Tensor, boxes: Tensor, at_edge: Tensor) -> Tensor:
    """Return what is 0 around each rectangle and whose Laplacian, negated, is ``source`` inside it.

    On a rectangle the equation is diagonal in products of sines. Where a side lies at the image's edge,
    there is no neighbour beyond it, and cosines take the place of the sines.

    Args:
        source: ``(n, C, h, w)`` float32; what lies outside the rectangles is ignored.
        boxes: ``(n, 4)`` int64: top, left, height and width of each rectangle.
        at_edge: ``(n, 2, 2)`` bool: whether the first and the last row, and column, are the image's.

    Returns:
        ``(n, C, h, w)``, 0 outside the rectangles. Where all four sides are at the edge any constant could
        be added: the one with mean 0 is returned.
    """
    down, rows = _waves(source.shape[2], boxes[:, 0], boxes[:, 2], at_edge[:, 0])
    across, columns = _waves(source.shape[3], boxes[:, 1], boxes[:, 3], at_edge[:, 1])
    stiffness = (rows[:, :, None] + columns[:, None])[:, None]
    # the constant, which nothing determines
    inverse = torch.where(stiffness > 1e-9, 1 / stiffness.clamp(min=1e-9), 0.0)
    spectrum = _product(_product(source, across).mT, down)
    spectrum = spectrum * inverse.mT
    return _product(_product(spectrum, down.mT).mT, across.mT)


def _waves(size: int, start: Tensor, length: Tensor, at_edge: Tensor) -> tuple[Tensor, Tensor]:
    """Return orthonormal waves ``(n, size, size)``, one a column, and their stiffness ``(n, size)``."""
    low, high = at_edge[:, :1].float(), at_edge[:, 1:].float()
    place = torch.arange(size, device=start.device)
    offset = place - start[:, None]
    twice_frequency = 2.0 * place + 2 - low - high
    twice_period = 2.0 * length[:, None] + 2 - low - high
    # in quarters of half a turn; whole turns are taken off while the numbers are whole, so exactly
    turn = 4 * twice_period[:, None]
    angle = (2.0 * offset + 2 - low)[:, :, None] * twice_frequency[:, None]
    angle = (angle - turn * (angle / turn).floor()) * (2 * math.pi / turn)
    waves = torch.sin(angle.add_((math.pi / 2) * low[:, :, None]))
    inside = (offset >= 0) & (offset < length[:, None])
    exists = place < length[:, None]
    waves = waves * (inside[:, :, None] & exists[:, None])
    norm = waves.square().sum(dim=1, keepdim=True).clamp(min=1e-9).sqrt()
    stiffness = 4 * torch.sin(twice_frequency * (math.pi / 2 / twice_period)).square()
    return waves / norm, stiffness


def _product(values: Tensor, waves: Tensor) -> Tensor:
    """Return ``values @ waves`` for all channels at once."""
    count, channels, height, width = values.shape
    return torch.bmm(values.reshape(count, channels * height, width), waves).view(
        count, channels, height, width
    )
