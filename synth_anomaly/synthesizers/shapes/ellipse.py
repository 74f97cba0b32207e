"""Ellipses, by area, aspect ratio and angle."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.synthesizers.shapes.outline import Outlined, circle

__all__ = ["Ellipse"]

_POINTS = 96


@dataclass(frozen=True)
class Ellipse(Outlined):
    """A filled ellipse of random area, aspect ratio and angle, at a random place.

    Where its upright bounding box would leave the image it is cut there. It is drawn as a polygon of 96
    vertices of the same area, which stays within a thousandth of its radius.

    Args:
        area: Least and greatest share of the image's area, in (0, 1]; uniform in between.
        aspect: Least and greatest width / height before it is turned; uniform in between.
        angle: Least and greatest angle in degrees.
    """

    def outline(self, count: int, generator: Generator) -> Tensor:  # noqa: ARG002
        """Return a circle; nothing is drawn."""
        angles = circle(_POINTS)
        return torch.stack((angles.sin(), angles.cos()), dim=1).repeat(count, 1, 1)
