"""The content with its sides swapped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.views import View

__all__ = ["Mirror"]


@dataclass(frozen=True)
class Mirror:
    """Swaps left and right of the whole content, or top and bottom; every pixel keeps its value.

    Args:
        along: ``"width"`` swaps left and right, ``"height"`` top and bottom.
    """

    along: Literal["width", "height"] = "width"

    def __post_init__(self) -> None:
        if self.along not in ("width", "height"):
            raise ValueError(f"along must be width or height, got {self.along!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw nothing."""
        return Parameters({})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the mirrored content."""
        return content.flip(3 if self.along == "width" else 2)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View | None:  # noqa: ARG002
        """Return the mirrored content as a view; None where it cannot be one."""
        down, across = before.places()
        if self.along == "width":
            return before.moved_to(down, across.flip(1))
        return before.moved_to(down.flip(1), across)
