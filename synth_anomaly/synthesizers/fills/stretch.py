"""The content with its contrast stretched."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters

__all__ = ["Stretch"]


@dataclass(frozen=True)
class Stretch:
    """Stretches each channel of the whole content so that its least value is 0 and its greatest 1.

    A channel of one value stays as it is. It is Pillow's autocontrast without its 256 levels.
    """

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw nothing."""
        return Parameters({})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the stretched content."""
        values = content.float()
        low, high = (limit(values, dim=(2, 3), keepdim=True) for limit in (torch.amin, torch.amax))
        stretched = (values - low) / torch.where(high > low, high - low, 1.0)
        return torch.where(high > low, stretched, values).clamp_(0, 1).to(content.dtype)
