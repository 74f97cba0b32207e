"""ImageNet's mean and standard deviation, taken out inside the network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from synth_anomaly.errors import OptionError

__all__ = ["IMAGENET_MEAN", "IMAGENET_STD", "Normalise"]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""Mean of ImageNet's training images, by RGB channel, in [0, 1]."""

IMAGENET_STD = (0.229, 0.224, 0.225)
"""Standard deviation of ImageNet's training images, by RGB channel, in [0, 1]."""


class Normalise(nn.Module):
    """Normalises the first three channels as ImageNet's; further channels stay as they are.

    Its constants are no part of a state dict, so that a network's keys do not depend on it.

    Args:
        in_channels: Width of the images, at least 3.

    Raises:
        OptionError: If there are fewer than 3 channels.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, in_channels: int = 3) -> None:
        super().__init__()
        if in_channels < 3:
            raise OptionError(
                f"normalise takes RGB images, got in_channels={in_channels}: leave normalise false"
            )
        others = in_channels - 3
        for name, values, neutral in (("mean", IMAGENET_MEAN, 0.0), ("std", IMAGENET_STD, 1.0)):
            constant = torch.tensor((*values, *[neutral] * others)).view(1, -1, 1, 1)
            self.register_buffer(name, constant, persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return ``(B, in_channels, H, W)``, normalised."""
        return (images - self.mean) / self.std
