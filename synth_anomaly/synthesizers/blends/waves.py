"""Waves between two ends, on which Laplace's and Poisson's equations are diagonal."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Waves"]


@dataclass(frozen=True)
class Waves:
    """Sines of some intervals, which are 0 at the pixels before and behind.

    Where an end of an interval lies at the image's edge, there is no neighbour beyond it: the waves have no
    slope there instead. What they are outside means nothing. Wave k of an interval is at place k; an interval
    has as many waves as pixels.

    Attributes:
        place: ``(..., size)``, twice the distance of each pixel from where a wave begins.
        frequency: ``(..., size)``, twice the half turns of each wave.
        turn: ``(..., 1)``, what place times frequency is for a whole turn.
        start: ``(..., 1)``, the angle at which waves begin.
        scale: ``(..., size)``, what makes each wave's energy 1; 0 where there is no such wave.
        stiffness: ``(..., size)``, what the negated second difference multiplies each wave by.
    """

    place: Tensor
    frequency: Tensor
    turn: Tensor
    start: Tensor
    scale: Tensor
    stiffness: Tensor

    @classmethod
    def of(cls, size: int, first: Tensor, length: Tensor, at_edge: Tensor) -> Waves:
        """Return the waves of intervals among ``size`` pixels.

        Args:
            size: How many pixels there are.
            first: ``(...)`` int64, the first pixel of each interval.
            length: ``(...)`` int64, how many pixels it has.
            at_edge: ``(..., 2)`` bool: whether the first and the last are the image's.
        """
        low, high = at_edge[..., :1].float(), at_edge[..., 1:].float()
        length, number = length[..., None].float(), torch.arange(size, device=first.device)
        frequency = 2.0 * number + 2 - low - high
        period = 2.0 * length + 2 - low - high
        offset = number - first[..., None]
        # the wave that is constant has twice the energy of the others
        scale = (number < length) / torch.where(frequency > 0, period / 4, period / 2).sqrt()
        stiffness = 4 * torch.sin(frequency * (math.pi / 2 / period)).square()
        return cls(2 * offset + 2 - low, frequency, 4 * period, (math.pi / 2) * low, scale, stiffness)

    def take(self, rows: Tensor, size: int) -> Waves:
        """Return the waves of some intervals, which lie among the first ``size`` pixels."""
        parts = (self.place, self.frequency, self.turn, self.start, self.scale, self.stiffness)
        return Waves(*(part.index_select(0, rows)[..., :size] for part in parts))

    def matrix(self) -> Tensor:
        """Return ``(..., size, size)``: the values at each pixel, one wave a column."""
        angle, turn = self.place[..., None] * self.frequency[..., None, :], self.turn[..., None]
        # whole turns are taken off while the numbers are whole: exactly, up to windows of 2,000 pixels
        angle -= (angle / turn).floor_().mul_(turn)
        angle.mul_(2 * math.pi / turn).add_(self.start[..., None])
        return angle.sin_().mul_(self.scale[..., None, :])
