"""Irregular smooth outlines."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.synthesizers.shapes.outline import Outlined, circle

__all__ = ["Blob"]

_POINTS = 64
_FIRST = 2  # one wave around the circle would only move it


@dataclass(frozen=True)
class Blob(Outlined):
    """A filled outline whose radius swings at random, at a random place.

    The radius is ``1 + irregularity * s``, where ``s`` is a sum of 2, 3, ... waves around the circle of
    random phases; their random amplitudes fall with the square of the number of waves and sum to 1. Where its
    upright bounding box would leave the image it is cut there.

    Args:
        area: Least and greatest share of the image's area, in (0, 1]; uniform in between.
        aspect: Least and greatest width / height before it is turned; uniform in between.
        angle: Least and greatest angle in degrees.
        irregularity: How far the radius may swing, in [0, 1); at 0 the blob is an ellipse.
        waves: The most waves around the circle, from 2 to 16.
    """

    irregularity: float = 0.5
    waves: int = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.irregularity < 1:
            raise ValueError(f"irregularity must be in [0, 1), got {self.irregularity!r}")
        if not _FIRST <= self.waves <= _POINTS // 4:
            raise ValueError(f"waves must be from {_FIRST} to {_POINTS // 4}, got {self.waves!r}")

    def outline(self, count: int, generator: Generator) -> Tensor:
        """Draw ``(count, 64, 2)`` vertices."""
        waves = torch.arange(_FIRST, self.waves + 1)
        shares = (0.05 + torch.rand((count, len(waves)), generator=generator)) / waves**2
        phases = 2 * torch.pi * torch.rand((count, len(waves)), generator=generator)
        angles = circle(_POINTS)
        swings = torch.cos(angles[:, None] * waves + phases[:, None])
        swing = (swings @ (shares / shares.sum(dim=1, keepdim=True))[:, :, None]).squeeze(2)
        radius = 1 + self.irregularity * swing
        return torch.stack((radius * angles.sin(), radius * angles.cos()), dim=2)
