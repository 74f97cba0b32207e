"""Waves between two ends, on which Laplace's and Poisson's equations are diagonal."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Waves"]


@dataclass(frozen=True)
class Waves:
    """Sines and cosines of one axis that are 0 before and behind an interval, in discrete form.

    Where an end of the interval lies at the image's edge, there is no neighbour beyond it: the waves have no
    slope there instead.

    Attributes:
        values: ``(n, size, size)``, one wave a column, orthonormal; 0 outside the interval, and columns of 0
            where it has fewer pixels than there are columns.
        stiffness: ``(n, size)``, what the negated second difference multiplies each wave by.
        inside: ``(n, size)`` bool, the pixels of the interval.
        offset: ``(n, size)`` int64, the number of each pixel, 0 the interval's first.
        length: ``(n,)`` int64, the number of pixels of the interval.
        at_edge: ``(n, 2)`` bool: whether the first and the last pixel are the image's.
    """

    values: Tensor
    stiffness: Tensor
    inside: Tensor
    offset: Tensor
    length: Tensor
    at_edge: Tensor

    @classmethod
    def of(cls, size: int, start: Tensor, length: Tensor, at_edge: Tensor) -> Waves:
        """Return the waves of intervals in ``size`` pixels; ``start`` and ``length`` are ``(n,)`` int64."""
        low, high = at_edge[:, :1].float(), at_edge[:, 1:].float()
        place = torch.arange(size, device=start.device)
        offset = place - start[:, None]
        twice_frequency = 2.0 * place + 2 - low - high
        twice_period = 2.0 * length[:, None] + 2 - low - high
        # in quarters of half a turn; whole turns are taken off while the numbers are whole, so exactly
        turn = 4 * twice_period[:, None]
        angle = (2.0 * offset + 2 - low)[:, :, None] * twice_frequency[:, None]
        angle -= turn * (angle / turn).floor_()
        angle *= 2 * math.pi / turn
        inside = (offset >= 0) & (offset < length[:, None])
        exists = place < length[:, None]
        waves = angle.add_((math.pi / 2) * low[:, :, None]).sin_()
        waves *= inside[:, :, None]
        # the wave that is constant has twice the energy of the others
        energy = torch.where(twice_frequency > 0, twice_period / 4, twice_period / 2)
        waves *= (exists / energy.sqrt())[:, None]
        stiffness = 4 * torch.sin(twice_frequency * (math.pi / 2 / twice_period)).square()
        return cls(waves, stiffness, inside, offset, length, at_edge)
