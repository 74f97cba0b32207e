"""Masks of a bounded area."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Generator, Tensor

from synth_anomaly.interfaces import Shape, Size
from synth_anomaly.objects import check_piece
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.shapes.guided import MadeOfShapes, masks_of

__all__ = ["Bounded"]


@dataclass(frozen=True)
class Bounded(MadeOfShapes):
    """Keeps a shape's masks of a given area; one that is smaller or larger becomes empty.

    The sample is then normal; nothing is drawn again. The area is counted after a guide has cut the mask.

    Args:
        shape: What is drawn.
        area: Least and greatest share of the image's pixels at which the mask is not 0, in [0, 1].
    """

    shape: Shape
    area: tuple[float, float]

    def __post_init__(self) -> None:
        check_piece(self, "shape", self.shape)
        if not 0 <= self.area[0] <= self.area[1] <= 1:
            raise ValueError(
                f"area must be two shares of the image, 0 <= low <= high <= 1, got {self.area!r}"
            )

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw the shape's own parameters."""
        return self.shape.draw(count, size, generator)

    def _masks(self, parameters: Parameters, size: Size, guide: Tensor | None) -> Tensor:
        masks = masks_of(self.shape, parameters, size, guide)
        low, high = self.area
        area = (masks > 0).float().mean(dim=(1, 2, 3), keepdim=True)
        return masks * ((area >= low) & (area <= high))
