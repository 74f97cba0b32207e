"""Content in the place of the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Generator, Tensor

from synth_anomaly.parameters import Parameters

__all__ = ["Replace"]


@dataclass(frozen=True)
class Replace:
    """Shows the content instead of the image, weighted by the mask: ``images (1 - mask) + content mask``."""

    pointwise: ClassVar[bool] = True

    def draw(self, count: int, generator: Generator) -> Parameters:  # noqa: ARG002
        """Draw nothing."""
        return Parameters({})

    def join(self, images: Tensor, content: Tensor, masks: Tensor, parameters: Parameters) -> Tensor:  # noqa: ARG002
        """Return the weighted sum; exactly the content where a mask is 1, the image where it is 0."""
        return torch.lerp(images, content.to(images.dtype), masks.to(images.dtype))
