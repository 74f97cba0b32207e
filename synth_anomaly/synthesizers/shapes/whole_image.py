"""Every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters

__all__ = ["WholeImage"]


@dataclass(frozen=True)
class WholeImage:
    """The whole image, or with a guide all of what it allows."""

    fills_box: ClassVar[bool] = True

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:  # noqa: ARG002
        """Return ``box``, ``(count, 4)`` int64, the whole image; nothing is drawn."""
        return Parameters({"box": torch.tensor([0, 0, *size]).repeat(count, 1)})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` of ones."""
        box = parameters["box"]
        return torch.ones((len(box), 1, *size), device=box.device)
