"""The content turned by quarters of a full turn."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.rows import Rows
from synth_anomaly.synthesizers.views import View

__all__ = ["QuarterTurn", "turn_quarters"]


@dataclass(frozen=True)
class QuarterTurn:
    """Turns the whole content counter-clockwise by 90, 180 or 270 degrees.

    Exact for square images. Content that is not square is resized back to H x W after 90 and 270 degrees,
    bilinearly and with antialiasing, so that its proportions change.

    Args:
        turns: How many quarters to choose from with equal chance: 1, 2 or 3.

    Source: AnoSeg, section 3.1; the turns are those of CSI (arXiv 2007.08176).
    """

    turns: tuple[int, ...] = (1, 2, 3)

    def __post_init__(self) -> None:
        object.__setattr__(self, "turns", tuple(self.turns))
        if not self.turns or not set(self.turns) <= {1, 2, 3}:
            raise ValueError(f"turns must be out of 1, 2 and 3 quarters, got {self.turns!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``turns``, ``(count,)`` int64, counter-clockwise quarters."""
        choice = below(torch.full((len(boxes),), len(self.turns)), generator)
        return Parameters({"turns": torch.tensor(self.turns)[choice]})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the turned content, computed in one batch for each number of quarters."""
        return turn_quarters(content, parameters.host["turns"])

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View | None:  # noqa: ARG002
        """Return the turned content as a view; None where it is not square and would be resized."""
        down, across = before.places()
        if down.shape != across.shape:
            return None
        turns = parameters["turns"][:, None]
        odd = turns % 2 == 1
        # a quarter turn shows columns as rows, the last one first
        down, across = torch.where(odd, across, down), torch.where(odd, down, across)
        down = torch.where((turns == 1) | (turns == 2), down.flip(1), down)
        return before.moved_to(down, torch.where(turns >= 2, across.flip(1), across))


def turn_quarters(images: Tensor, turns: Tensor) -> Tensor:
    """Turn each image by its own number of quarters, counter-clockwise.

    Args:
        images: ``(B, C, H, W)``.
        turns: ``(B,)`` integers from 0 to 3, on the CPU.
    """
    turned = torch.empty_like(images)
    for quarters in range(4):
        rows = Rows.where(turns == quarters, images.device)
        if len(rows):
            turned.index_copy_(0, rows.device, _turn(rows.of(images), quarters))
    return turned


def _turn(images: Tensor, quarters: int) -> Tensor:
    turned = torch.rot90(images, quarters, dims=(2, 3))
    if turned.shape == images.shape:
        return turned
    resized = F.interpolate(turned.float(), size=images.shape[2:], mode="bilinear", antialias=True)
    return resized.to(images.dtype)
