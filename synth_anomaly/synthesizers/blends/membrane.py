"""Laplace's equation inside rectangles, exactly, from the values around them alone."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.synthesizers.blends.waves import Waves

__all__ = ["membrane"]

_FAINT = -40.0  # exponents; what is less would be denormal, and take a CPU many times as long


def membrane(above_below: Tensor, beside: Tensor, boxes: Tensor, at_edge: Tensor) -> Tensor:
    """Return what is harmonic inside each rectangle and has the given values around it.

    The values beyond one side, taken apart into waves along it, fade across the rectangle each at a rate of
    its own: all sides together are two matrix products.

    Args:
        above_below: ``(n, C, 2, w)`` float32, the values over and under each column; those beyond the
            rectangle's corners are ignored, and so are those at a side where the image ends.
        beside: ``(n, C, 2, h)``, the values left and right of each row, likewise.
        boxes: ``(n, 4)`` int64: top, left, height and width of each rectangle.
        at_edge: ``(n, 2, 2)`` bool: whether the first and the last row, and column, are the image's.

    Returns:
        ``(n, C, h, w)``, 0 outside the rectangles; 0 where all four sides are at the image's edge.
    """
    count, channels, _, width = above_below.shape
    height = beside.shape[3]
    down = Waves.of(height, boxes[:, 0], boxes[:, 2], at_edge[:, 0])
    across = Waves.of(width, boxes[:, 1], boxes[:, 3], at_edge[:, 1])
    from_rows = _faded(above_below, across, down)
    from_columns = _faded(beside, down, across)
    made = torch.bmm(from_rows.view(count, channels * height, width), across.values.mT)
    every = down.values[:, None].expand(-1, channels, -1, -1).reshape(-1, height, height)
    made = made.view(-1, height, width).baddbmm_(every, from_columns.view(-1, width, height).mT)
    return made.view(count, channels, height, width)


def _faded(sides: Tensor, along: Waves, through: Waves) -> Tensor:
    """Return the waves of two opposite sides, ``(n, C, 2, a)``, at each distance: ``(n, C, t, a)``."""
    count, channels, _, size = sides.shape
    spectrum = torch.bmm(sides.reshape(count, channels * 2, size), along.values).view_as(sides)
    near, far = _amplitudes(spectrum, along, through)
    first, second = _decays(along, through)
    return (near[:, :, None] * first[:, None]).addcmul_(far[:, :, None], second[:, None])


def _rates(along: Waves) -> Tensor:
    """Return ``(n, 1, a)``: a wave of this stiffness fades as ``exp(-rate distance)``."""
    return 2 * torch.asinh(along.stiffness.sqrt() / 2)[:, None]


def _decays(along: Waves, through: Waves) -> tuple[Tensor, Tensor]:
    """Return how waves fade from the first and from the last side on, each ``(n, t, a)``.

    The wave that is constant does not fade: it falls evenly from one side to the other.
    """
    rates = _rates(along)
    span = (through.length + 1.0)[:, None, None]
    distance = through.offset[:, :, None] + 1.0
    inside, even = through.inside[:, :, None], rates == 0
    decays = []
    for away in (distance, span - distance):
        fade = (-rates * away).clamp_(min=_FAINT, max=0).exp_()
        fade = torch.where(even, 1 - away / span, fade)
        decays.append(fade.mul_(inside))
    return decays[0], decays[1]


def _amplitudes(spectrum: Tensor, along: Waves, through: Waves) -> tuple[Tensor, Tensor]:
    """Return how much of each decay the sides call for, each ``(n, C, a)``.

    A side at the image's edge has no values; there the slope is 0, as if the image were mirrored.
    """
    rates = _rates(along)
    length = through.length[:, None, None]
    open_first, open_last = (through.at_edge[:, side, None, None] for side in (0, 1))
    even = rates == 0
    # of what is sent from one side, how much the other sends back
    whole = torch.where(even, 0.0, (-rates * (length + 1)).exp())
    part = (-rates * length).exp()
    first = torch.where(open_first, 0.0, spectrum[:, :, 0])
    last = torch.where(open_last, 0.0, spectrum[:, :, 1])
    closed = 1 - whole.square()
    mirrored = torch.where(even, 1.0, 1 + whole * part)
    near = torch.where(open_last, first / mirrored, (first - whole * last) / closed)
    near = torch.where(open_first, part * last / mirrored, near)
    far = torch.where(open_first, last / mirrored, (last - whole * first) / closed)
    far = torch.where(open_last, part * first / mirrored, far)
    return near, far
