"""Content of another tint."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.recolouring import Recolouring
from synth_anomaly.synthesizers.views import View

__all__ = ["Tint"]


@dataclass(frozen=True)
class Tint:
    """Adds to each channel a number of its own, the same for all pixels, and cuts the result to [0, 1].

    Args:
        change: The most that a channel becomes lighter or darker, above 0 and at most 1; uniform between
            both.

    Example:
        >>> content, boxes = torch.full((1, 3, 4, 4), 0.5), torch.tensor([[0, 0, 4, 4]])
        >>> drawn = Tint(0.1).draw(boxes, (4, 4), torch.Generator().manual_seed(0))
        >>> bool(((Tint(0.1).content(content, drawn) - content).abs() <= 0.1).all())
        True

    Source: ours.
    """

    change: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.change <= 1:
            raise ValueError(f"change must be a number in (0, 1], got {self.change!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``shift``, ``(count, 3)``, below 0 where a channel becomes darker."""
        return Parameters({"shift": (2 * torch.rand(len(boxes), 3, generator=generator) - 1) * self.change})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the tinted content."""
        shifted = content.float() + parameters["shift"][:, :, None, None]
        return shifted.clamp_(0, 1).to(content.dtype)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View:  # noqa: ARG002
        """Return the tinted content as a view."""
        return before.recoloured(Recolouring.shift(parameters["shift"]))
