"""Thin curved lines: parabolas, each by its middle, direction, length, width and bend."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from torch import Generator, Tensor

__all__ = ["Scratches"]

_POINTS = torch.linspace(-1, 1, 65)
"""Where along a scratch its box is measured."""


@dataclass(frozen=True)
class Scratches:
    """One thin curved line, at a random place and in a random direction; it may leave the image.

    Args:
        length: Least and greatest length, as a share of the image's shorter side.
        width: Least and greatest width in pixels; the edges are soft over one pixel.
        bend: How far the ends leave the straight line, at most, as a share of the length.

    Example:
        >>> shape = Scratches(width=(1.0, 2.0))
        >>> drawn = shape.draw(4, (64, 48), torch.Generator().manual_seed(0))
        >>> tuple(shape.masks(drawn, (64, 48)).shape)
        (4, 1, 64, 48)
    """

    length: tuple[float, float] = (0.2, 0.8)
    width: tuple[float, float] = (1.0, 3.0)
    bend: float = 0.2

    def __post_init__(self) -> None:
        for name, (low, high) in (("length", self.length), ("width", self.width)):
            if not 0 < low <= high < math.inf:
                raise ValueError(f"{name} must be two numbers, 0 < low <= high, got {(low, high)!r}")
        if not 0 <= self.bend <= 1:
            raise ValueError(f"bend must be in [0, 1], got {self.bend!r}")

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``middle``, ``angle``, ``length``, ``width`` and ``bend`` of each line, and its ``box``."""
        chances = torch.rand(count, 6, generator=generator)
        drawn = {
            # a pixel's own middle, so that even the thinnest scratch covers one
            "middle": (chances[:, :2] * torch.tensor(size)).floor(),
            "angle": math.pi * chances[:, 2],
            "length": _between(self.length, chances[:, 3]) * min(size),
            "width": _between(self.width, chances[:, 4]),
            "bend": self.bend * (2 * chances[:, 5] - 1),
        }
        return Parameters({**drawn, "box": _boxes(drawn, size)})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` in [0, 1], by each pixel's distance from the line."""
        device = parameters["middle"].device
        top, left = parameters["middle"][:, :, None, None].unbind(1)
        angle, length, width, bend = (
            parameters[name][:, None, None] for name in ("angle", "length", "width", "bend")
        )
        down = torch.arange(size[0], device=device)[:, None] - top
        across = torch.arange(size[1], device=device) - left
        along = across * angle.cos() + down * angle.sin()
        aside = down * angle.cos() - across * angle.sin()
        place = 2 * along / length
        # the distance from a curve is that along its axis, less where the curve is steep
        steep = (1 + (4 * bend * place).square()).sqrt()
        distance = (aside - bend * length * place.square()).abs() / steep
        beyond = along.abs() - length / 2
        masks = (width / 2 + 0.5 - torch.maximum(distance, beyond)).clamp(0, 1)
        return masks[:, None]


def _between(limits: tuple[float, float], chances: Tensor) -> Tensor:
    low, high = limits
    return low + (high - low) * chances


def _boxes(drawn: dict[str, Tensor], size: Size) -> Tensor:
    """Return ``(count, 4)`` int64: top, left, height and width of what the masks cover inside the image."""
    angle, length, bend = (drawn[name][:, None] for name in ("angle", "length", "bend"))
    margin = drawn["width"][:, None] + 2
    along = (length / 2 + margin) * _POINTS
    aside = bend * length * (2 * along / length).square()
    down = along * angle.sin() + aside * angle.cos()
    across = along * angle.cos() - aside * angle.sin()
    points = torch.stack((down, across), dim=1) + drawn["middle"][:, :, None]
    limits = torch.tensor(size)
    first = torch.minimum((points.amin(2) - margin).floor().long().clamp(min=0), limits - 1)
    last = torch.minimum((points.amax(2) + margin).ceil().long(), limits - 1)
    return torch.cat((first, last - first + 1), dim=1)
