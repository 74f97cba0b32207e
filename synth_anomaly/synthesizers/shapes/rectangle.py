"""Upright rectangles, by area and aspect ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below, uniform
from synth_anomaly.synthesizers.shapes.boxes import fill_boxes

__all__ = ["Rectangle"]


@dataclass(frozen=True)
class Rectangle:
    """A rectangle of random area and aspect ratio, at a random place inside the image.

    A side that would leave the image is cut to the image's, and is at least one pixel.

    Args:
        area: Least and greatest share of the image's area, in (0, 1]; uniform in between.
        aspect: Ranges of width / height; one is chosen with equal chance, uniform within it.

    Source: CutPaste (arXiv 2104.04015), section 2.2: area (0.02, 0.15), aspect ratio in (0.3, 1) or
    (1, 3.3).
    """

    fills_box: ClassVar[bool] = True

    area: tuple[float, float] = (0.02, 0.15)
    aspect: tuple[tuple[float, float], ...] = ((0.3, 1.0), (1.0, 3.3))

    def __post_init__(self) -> None:
        low, high = self.area
        if not 0 < low <= high <= 1:
            raise ValueError(f"area must be two shares of the image, 0 < low <= high <= 1, got {self.area!r}")
        if not self.aspect or not all(0 < low <= high < float("inf") for low, high in self.aspect):
            raise ValueError(f"aspect must be ranges of width / height, 0 < low <= high, got {self.aspect!r}")

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``box``, ``(count, 4)`` int64: top, left, height and width."""
        area = uniform(*self.area, count, generator) * size[0] * size[1]
        ranges = torch.tensor(self.aspect)[below(torch.full((count,), len(self.aspect)), generator)]
        aspect = ranges[:, 0] + (ranges[:, 1] - ranges[:, 0]) * torch.rand(count, generator=generator)
        sides = torch.stack(((area / aspect).sqrt(), (area * aspect).sqrt()), dim=1).round().long()
        limits = torch.tensor(size)
        sides = torch.minimum(sides.clamp(min=1), limits)
        corner = below(limits - sides + 1, generator)
        return Parameters({"box": torch.cat((corner, sides), dim=1)})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 inside the box, 0 elsewhere."""
        return fill_boxes(parameters["box"], size)
