"""Content that is lighter or darker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import chance, uniform
from synth_anomaly.synthesizers.recolouring import Recolouring
from synth_anomaly.synthesizers.views import View

__all__ = ["BrightnessShift"]

_LIGHTER = {"lighter": 1.0, "darker": 0.0, "either": 0.5}


@dataclass(frozen=True)
class BrightnessShift:
    """Adds one number to all channels and pixels of the content, and cuts the result to [0, 1].

    Args:
        change: Least and greatest absolute change, above 0 and at most 1, uniform in between. Colours near
            black or white change less.
        direction: ``"lighter"``, ``"darker"``, or ``"either"`` with equal chance.
    """

    change: tuple[float, float] = (0.1, 0.4)
    direction: Literal["lighter", "darker", "either"] = "either"

    def __post_init__(self) -> None:
        if not 0 < self.change[0] <= self.change[1] <= 1:
            raise ValueError(f"change must be two numbers, 0 < low <= high <= 1, got {self.change!r}")
        if self.direction not in _LIGHTER:
            raise ValueError(f"direction must be one of {', '.join(_LIGHTER)}, got {self.direction!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``shift``, ``(count,)``, below 0 where the content becomes darker."""
        change = uniform(*self.change, len(boxes), generator)
        lighter = chance(_LIGHTER[self.direction], len(boxes), generator)
        return Parameters({"shift": torch.where(lighter, change, -change)})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the lighter or darker content."""
        shifted = content.float() + parameters["shift"][:, None, None, None]
        return shifted.clamp_(0, 1).to(content.dtype)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View:  # noqa: ARG002
        """Return the lighter or darker content as a view."""
        return before.recoloured(Recolouring.shift(parameters["shift"][:, None].expand(-1, 3)))
