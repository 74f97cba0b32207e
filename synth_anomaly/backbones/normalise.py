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
    """Normalises the first three channels, by default as ImageNet's; further channels stay as they are.

    Its constants are no part of a state dict, so that a network's keys do not depend on it.

    Args:
        in_channels: Width of the images, at least 3; less where the three channels are normalised alike.
        mean: What is subtracted, by RGB channel.
        std: What the difference is divided by, by RGB channel.

    Raises:
        OptionError: If there are fewer than 3 channels, and RGB is not normalised alike.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        in_channels: int = 3,
        mean: tuple[float, float, float] = IMAGENET_MEAN,
        std: tuple[float, float, float] = IMAGENET_STD,
    ) -> None:
        super().__init__()
        if in_channels < 3 and len({*zip(mean, std, strict=True)}) > 1:
            raise OptionError(
                f"normalise takes RGB images, got in_channels={in_channels}: leave normalise false"
            )
        for name, values, neutral in (("mean", mean, 0.0), ("std", std, 1.0)):
            others = [neutral] * (in_channels - 3)
            constant = torch.tensor([*values[:in_channels], *others]).view(1, -1, 1, 1)
            self.register_buffer(name, constant, persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return ``(B, in_channels, H, W)``, normalised."""
        return (images - self.mean) / self.std
