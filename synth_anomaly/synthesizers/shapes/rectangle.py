"""Upright rectangles, by area and aspect ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
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
        area = uniform(*self.area, count, generator).numpy() * size[0] * size[1]
        choice = below(np.full(count, len(self.aspect)), generator).numpy()
        low, high = np.array(self.aspect, dtype=np.float32)[choice].T
        aspect = low + (high - low) * torch.rand(count, generator=generator).numpy()
        limits = np.array(size)
        sides = np.sqrt((area / aspect, area * aspect)).round().astype(np.int64).T
        sides = np.minimum(np.maximum(sides, 1), limits)
        corner = below(limits - sides + 1, generator).numpy()
        return Parameters({"box": torch.from_numpy(np.concatenate((corner, sides), axis=1))})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 inside the box, 0 elsewhere."""
        return fill_boxes(parameters["box"], size)
