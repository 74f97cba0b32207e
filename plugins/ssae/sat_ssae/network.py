"""SSAE's autoencoder (table 1): a convolutional encoder, stacked dilated convolutions, a decoder."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from synth_anomaly.backbones import StackedDilatedConvolution
from synth_anomaly.errors import DataError
from synth_anomaly.heads import Layer, build_layers

__all__ = ["DILATIONS", "Autoencoder", "Kernel"]

DILATIONS = (1, 2, 4, 8, 16, 32)
"""The dilations of a stack (table 1)."""

Kernel = Literal[3, 5]
"""The side f of the dilated kernels."""


class Autoencoder(nn.Module):
    """``F``: turns an image, perhaps corrupted, into the image as it should be.

    Args:
        kernel: Side f of the dilated kernels, 3 or 5 (table 1).
        width: Filters of the first layers, and of each dilation (table 1: 64).
        dilations: Dilations of each stack.
        poolings: How often the encoder halves the image (table 1: 3); each halving doubles the filters.
        stacks: How many stacks of dilated convolutions follow each other (table 1: 4).

    Attributes:
        stride: What the sides of an input are multiples of, 2 to the power of ``poolings``.

    Source:
        SSAE, table 1. Batch normalisation and ReLU follow every convolution but the last; that they follow
        the dilated ones too, which the paper does not say, keeps those from collapsing into the next.

    Example:
        >>> Autoencoder(width=4)(torch.rand(2, 3, 40, 64)).shape
        torch.Size([2, 3, 40, 64])
    """

    def __init__(
        self,
        kernel: Kernel = 3,
        width: int = 64,
        dilations: tuple[int, ...] = DILATIONS,
        poolings: int = 3,
        stacks: int = 4,
    ) -> None:
        super().__init__()
        self.stride = 1 << poolings
        levels = [width * 2**level for level in range(poolings)]
        stacked = len(dilations) * width
        self.encoder = nn.Sequential(
            *(_halving(before, level) for before, level in zip([3, *levels], levels, strict=False))
        )
        self.stacks = nn.Sequential(
            *(
                nn.Sequential(
                    StackedDilatedConvolution(before, width, kernel, dilations),
                    build_layers(stacked, (Layer("conv", stacked),), plain_last=False),
                )
                for before in (levels[-1], *[stacked] * (stacks - 1))
            )
        )
        rows = [row for level in reversed(levels) for row in _enlarging(level)]
        self.decoder = build_layers(stacked, (*rows, Layer("conv", 3, kernel=1, padding=0)))

    def forward(self, images: Tensor) -> Tensor:
        """Return ``F(X̂)``, ``(B, 3, H, W)`` float32 in [0, 1].

        Args:
            images: ``(B, 3, H, W)`` in [0, 1], H and W multiples of the stride.

        Raises:
            DataError: If a side is no multiple of the stride.
        """
        height, width = images.shape[-2:]
        if height % self.stride or width % self.stride:
            raise DataError(
                f"expected sides that are multiples of {self.stride}, got {height} x {width}: "
                "resize the images"
            )
        # on a CPU a third quicker than the other layout, and always the same, so that rounding is too
        images = images.contiguous(memory_format=torch.channels_last)
        logits: Tensor = self.decoder(self.stacks(self.encoder(images)))
        return logits.float().sigmoid()


def _halving(in_channels: int, channels: int) -> nn.Sequential:
    rows = (Layer("conv", channels), Layer("conv", channels))
    return nn.Sequential(build_layers(in_channels, rows, plain_last=False), nn.MaxPool2d(2))


def _enlarging(channels: int) -> tuple[Layer, ...]:
    return Layer("up", channels, 3, 2, 1, 1), Layer("conv", channels), Layer("conv", channels)
