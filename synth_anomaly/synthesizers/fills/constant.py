"""One colour."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.recolouring import Recolouring
from synth_anomaly.synthesizers.views import View

__all__ = ["Constant"]


@dataclass(frozen=True)
class Constant:
    """Replaces the content by one colour; black, as cut-out does, unless told.

    Args:
        value: Least and greatest value in [0, 1], uniform in between.
        colour: Whether each channel has its own value; otherwise it is a grey.

    Source: cut-out (arXiv 1708.04552), which shows zeros in images of mean 0: a grey there, black here.
    """

    value: tuple[float, float] = (0.0, 0.0)
    colour: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.value[0] <= self.value[1] <= 1:
            raise ValueError(f"value must be two numbers, 0 <= low <= high <= 1, got {self.value!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``value``, ``(count, 3)``, alike in all channels of a grey."""
        low, high = self.value
        value = low + (high - low) * torch.rand(len(boxes), 3 if self.colour else 1, generator=generator)
        return Parameters({"value": value.expand(-1, 3).contiguous()})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the colours, a view that repeats one pixel an image."""
        return parameters["value"].to(content.dtype)[:, :, None, None].expand_as(content)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View:  # noqa: ARG002
        """Return the colours as a view."""
        return before.recoloured(Recolouring.shift(parameters["value"], keeps=0.0))
