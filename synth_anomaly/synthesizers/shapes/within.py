"""Shapes in a part of the image."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from synth_anomaly.interfaces import Shape, Size
from synth_anomaly.objects import check_piece
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.shapes.guided import MadeOfShapes, masks_of

__all__ = ["Within"]


@dataclass(frozen=True)
class Within(MadeOfShapes):
    """Draws a shape inside a rectangle of the image, as if that were the whole image.

    Areas are then shares of the rectangle.

    Args:
        shape: What is drawn.
        place: Top, left, bottom and right edge of the rectangle as shares of the image's sides; at least
            one pixel is left of it.
    """

    shape: Shape
    place: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        check_piece(self, "shape", self.shape)
        top, left, bottom, right = self.place
        if not (0 <= top < bottom <= 1 and 0 <= left < right <= 1):
            raise ValueError(
                "place must be top, left, bottom and right as shares of the image, 0 <= top < bottom <= 1 "
                f"and 0 <= left < right <= 1, got {self.place!r}"
            )

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw the shape for the rectangle, under ``shape``, and its ``box`` in the image."""
        top, left, height, width = self._pixels(size)
        part = self.shape.draw(count, (height, width), generator)
        box = part.host["box"] + torch.tensor([top, left, 0, 0])
        return Parameters({"box": box} | Parameters.nest(shape=part).host)

    def _masks(self, parameters: Parameters, size: Size, guide: Tensor | None) -> Tensor:
        top, left, height, width = self._pixels(size)
        if guide is not None:
            guide = guide[:, :, top : top + height, left : left + width]
        masks = masks_of(self.shape, parameters.scope("shape"), (height, width), guide)
        return F.pad(masks, (left, size[1] - left - width, top, size[0] - top - height))

    def _pixels(self, size: Size) -> tuple[int, int, int, int]:
        """Return top, left, height and width of the rectangle in an image of this size."""
        top, left, bottom, right = (
            round(share * length) for share, length in zip(self.place, (*size, *size), strict=True)
        )
        top, left = min(top, size[0] - 1), min(left, size[1] - 1)
        return top, left, max(bottom - top, 1), max(right - left, 1)
