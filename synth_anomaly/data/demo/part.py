"""What a drawn part and a category are, for the code that photographs and damages them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas

__all__ = ["Category", "Part", "Point"]

Point = tuple[float, float]
PartT = TypeVar("PartT")


class Part(Protocol):
    """A part as drawn, before the camera."""

    @property
    def canvas(self) -> Canvas:
        """The sheet on which the part is drawn."""

    @property
    def image(self) -> Array:
        """Colours (H, W, 3), about 0 to 1."""

    @property
    def surface(self) -> Array:
        """Where the part is, (H, W), 0 to 1; a defect shows only there."""

    def place(self, rng: np.random.Generator) -> Point:
        """Draw a point of the part, in canvas coordinates."""


@dataclass(frozen=True, kw_only=True)
class Category(Generic[PartT]):
    """A product: how to draw a good part, and each way to damage one.

    Attributes:
        draw: Draws a good part.
        defects: By name, what draws the damaged colours (H, W, 3) of a part.
    """

    draw: Callable[[Canvas, np.random.Generator], PartT]
    defects: Mapping[str, Callable[[PartT, np.random.Generator], Array]]
