"""Upright rectangles whose sides follow a gamma distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.shapes.boxes import fill_boxes

__all__ = ["GammaRectangle"]


@dataclass(frozen=True)
class GammaRectangle:
    """A rectangle, mostly small and now and then large, at a random place inside the image.

    Half of its height and half of its width are each ``least + scale Gamma(concentration)`` of the
    image's, independently. A side is at least one pixel and at most the image's.

    Args:
        concentration: The distribution's shape, a whole number of at least 1; its mean is
            ``concentration scale``.
        scale: The distribution's scale, at least 0, as a share of the image's side.
        least: The least half side, a share of the image's side in [0, 0.5].
        most: The greatest half side, likewise; what is drawn beyond is set to it.

    Source: NSA (arXiv 2109.15222), section 3, with the values of its published code: half sides of
    0.03 + Gamma(2, 0.05), at most 0.4 for most categories of MVTec AD.
    """

    fills_box: ClassVar[bool] = True

    concentration: int = 2
    scale: float = 0.05
    least: float = 0.03
    most: float = 0.4

    def __post_init__(self) -> None:
        if self.concentration < 1:
            raise ValueError(f"concentration must be at least 1, got {self.concentration!r}")
        if not 0 <= self.scale < float("inf"):
            raise ValueError(f"scale must be at least 0, got {self.scale!r}")
        if not 0 <= self.least <= self.most <= 0.5:
            raise ValueError(
                "least and most must be half sides as shares of the image's, 0 <= least <= most <= 0.5, "
                f"got {(self.least, self.most)!r}"
            )

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``box``, ``(count, 4)`` int64: top, left, height and width."""
        # of a whole shape, a gamma distribution is that of a sum of exponential draws
        draws = torch.empty(count, 2, self.concentration).exponential_(generator=generator)
        half = (self.least + self.scale * draws.sum(dim=2)).clamp(max=self.most)
        limits = torch.tensor(size)
        sides = (2 * half * limits).round().long().clamp(min=1)
        corner = below(limits - sides + 1, generator)
        return Parameters({"box": torch.cat((corner, sides), dim=1)})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 inside the box, 0 elsewhere."""
        return fill_boxes(parameters["box"], size)
