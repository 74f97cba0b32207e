"""Laplace's equation inside rectangles, exactly, from the values around them alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.synthesizers.blends.waves import Waves

__all__ = ["Rectangles"]

_FAINT = -40.0  # exponents; what is less would be denormal, and take a CPU many times as long


@dataclass(frozen=True)
class Rectangles:
    """Rectangles, and how the values around them fade inside.

    The values beyond one side, taken apart into waves along it, fade across the rectangle, each at a rate of
    its own: all four sides together are two matrix products. Above and below, waves run along the columns;
    left and right, along the rows.

    Attributes:
        waves: Those of ``(n, 2)`` intervals: the rectangles' columns, then their rows.
        shares: ``(n, 2, 2, 2, size)``, by pair of sides: how much of each wave fades from the first side on
            (0) and from the last (1), for a wave beyond the first (0) and beyond the last (1).
        down: ``(n, 2, 2, size)``, by pair and from which side; minus the product of this and ``across`` is
            the exponent of the fading.
        across: The same.
        even: ``(n, 2, 1, 1)`` bool: whether the first waves are constant.
        falling: ``(n, 2, 2, size)``, how those fall from one side to the other.
        inside: ``(n, 2, size)``: 1 at the rectangles' columns, and rows, and 0 at others.
    """

    waves: Waves
    shares: Tensor
    down: Tensor
    across: Tensor
    even: Tensor
    falling: Tensor
    inside: Tensor

    @classmethod
    def of(cls, size: int, boxes: Tensor, at_edge: Tensor) -> Rectangles:
        """Return the rectangles of windows that are at most ``size`` pixels high and wide.

        Args:
            size: In pixels.
            boxes: ``(n, 4)`` int64: top, left, height and width of each rectangle in its window.
            at_edge: ``(n, 2, 2)`` bool: whether the first and the last row, and column, are the image's.
        """
        waves = Waves.of(size, boxes[:, :2].flip(1), boxes[:, 2:].flip(1), at_edge.flip(1))
        rates = 2 * torch.asinh(waves.stiffness.sqrt() / 2)
        length = boxes[:, 2:, None].float()
        offset = torch.arange(size, device=boxes.device) - boxes[:, :2, None]
        near = torch.minimum((offset + 1.0).clamp_(min=0), length + 1)
        away = torch.stack((near, length + 1 - near), dim=2)
        both = rates[:, :, None].expand_as(away)
        return cls(
            waves,
            _shares(rates, length, at_edge[..., None]),
            torch.stack((away[:, 0], both[:, 1]), dim=1),
            torch.stack((both[:, 0], away[:, 1]), dim=1),
            (waves.frequency[:, :, :1] <= 0)[..., None],
            1 - away / (length + 1)[:, :, None],
            ((offset >= 0) & (offset < length)).flip(1).float(),
        )

    def take(self, rows: Tensor, size: int) -> Rectangles:
        """Return some of the rectangles, in windows of at most ``size`` pixels."""
        parts = (self.shares, self.down, self.across, self.even, self.falling, self.inside)
        return Rectangles(
            self.waves.take(rows, size), *(part.index_select(0, rows)[..., :size] for part in parts)
        )

    def membrane(self, sides: Tensor, size: Size) -> Tensor:
        """Return what is harmonic inside each rectangle and has the given values around it.

        Args:
            sides: ``(n, 2, C, 2, size)`` float32, the values above and below each column, and those left and
                right of each row; what lies beyond corners or the image's edges is ignored.
            size: Height and width of the windows.

        Returns:
            ``(n, C, h, w)``; outside the rectangles, it means nothing. 0 where all four sides are at the
            image's edge.
        """
        (height, width), (count, _, channels, _, length) = size, sides.shape
        waves = self.waves.matrix()
        given = (sides * self.inside[:, :, None, None]).reshape(-1, 2 * channels, length)
        spectrum = torch.bmm(given, waves.view(-1, length, length))
        sent = (self.shares[:, :, None] * spectrum.view_as(sides)[:, :, :, None]).sum(dim=4)
        fading = self._fading(height, width)
        first, last = sent[:, 0, :, :, None, :width].unbind(2)
        rows = (first * fading[:, 0, None, 0]).addcmul_(last, fading[:, 0, None, 1])
        made = torch.bmm(rows.view(count, -1, width), waves[:, 0, :width, :width].mT)
        first, last = sent[:, 1, ..., :height].permute(2, 0, 3, 1).contiguous()[..., None].unbind(0)
        columns = (first * fading[:, 1, 0, :, None]).addcmul_(last, fading[:, 1, 1, :, None])
        other = torch.bmm(waves[:, 1, :height, :height], columns.view(count, height, -1))
        made = made.view(count, channels, height, width)
        return made.add_(other.view(count, height, channels, width).transpose(1, 2))

    def masks(self, size: Size) -> Tensor:
        """Return ``(n, 1, h, w)``: 1 inside each rectangle, 0 elsewhere in its window."""
        height, width = size
        return (self.inside[:, 1, :height, None] * self.inside[:, 0, None, :width])[:, None]

    def _fading(self, height: int, width: int) -> Tensor:
        """Return ``(n, 2, 2, h, w)``, by pair of sides and from which: how much is left.

        Of above and below, at each row and for the wave of each column; of left and right, for the wave of
        each row and at each column.
        """
        exponents = self.down[..., :height, None] * -self.across[..., None, :width]
        fading = exponents.clamp_(min=_FAINT).exp_()
        even, falling = self.even, self.falling
        upright, level = fading[:, 0, :, :, 0], fading[:, 1, :, 0]
        upright.copy_(torch.where(even[:, 0], falling[:, 0, :, :height], upright))
        level.copy_(torch.where(even[:, 1], falling[:, 1, :, :width], level))
        return fading


def _shares(rates: Tensor, length: Tensor, at_edge: Tensor) -> Tensor:
    """Return :attr:`Rectangles.shares`.

    A side at the image's edge has no values; there the slope is 0, as if the image were mirrored.

    Args:
        rates: ``(n, 2, size)``, of the waves by pair of sides.
        length: ``(n, 2, 1)``, the pixels between the sides.
        at_edge: ``(n, 2, 2, 1)`` bool.
    """
    # of what one side sends, how much arrives at the other
    whole = torch.where(rates > 0, (-rates * (length + 1)).exp(), 0.0)
    part = (-rates * length).exp()
    mirrored, closed = 1 + whole * part, 1 - whole.square()
    first_open, last_open = at_edge.unbind(2)
    first_given, last_given = ~first_open, ~last_open
    shares = (
        torch.where(last_open, 1 / mirrored, 1 / closed) * first_given,
        torch.where(first_open, part / mirrored, -whole / closed) * last_given,
        torch.where(last_open, part / mirrored, -whole / closed) * first_given,
        torch.where(first_open, 1 / mirrored, 1 / closed) * last_given,
    )
    return torch.stack(shares, dim=2).view(len(rates), 2, 2, 2, -1)
