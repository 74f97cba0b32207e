"""Polygons of a few random corners."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.shapes.outline import Outlined

__all__ = ["Polygon"]


@dataclass(frozen=True)
class Polygon(Outlined):
    """A filled polygon of random corners around a point inside, at a random place.

    The corners lie in evenly spaced directions, each moved on by up to half of the space between two. Where
    its upright bounding box would leave the image it is cut there.

    Args:
        area: Least and greatest share of the image's area, in (0, 1]; uniform in between.
        aspect: Least and greatest width / height before it is turned; uniform in between.
        angle: Least and greatest angle in degrees.
        corners: Fewest and most corners, at least 3; each number with equal chance.
        irregularity: How far inside the circle of its farthest corner a corner may lie, in [0, 1).
    """

    corners: tuple[int, int] = (3, 8)
    irregularity: float = 0.6

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 3 <= self.corners[0] <= self.corners[1]:
            raise ValueError(f"corners must be two numbers, 3 <= low <= high, got {self.corners!r}")
        if not 0 <= self.irregularity < 1:
            raise ValueError(f"irregularity must be in [0, 1), got {self.irregularity!r}")

    def outline(self, count: int, generator: Generator) -> Tensor:
        """Draw ``(count, n, 2)`` vertices, where n is the most corners; a lesser polygon repeats its last."""
        low, high = self.corners
        corners = low + below(torch.full((count, 1), high - low + 1), generator)
        steps = torch.arange(high) + torch.rand((count, high), generator=generator) / 2
        radius = 1 - self.irregularity * torch.rand((count, high), generator=generator)
        angles = steps * (2 * torch.pi / corners)
        outline = torch.stack((radius * angles.sin(), radius * angles.cos()), dim=2)
        kept = torch.minimum(torch.arange(high), corners - 1)
        return outline.gather(1, kept[:, :, None].expand(-1, -1, 2))
