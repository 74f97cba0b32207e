"""SSAE's autoencoder (table 1): a convolutional encoder, stacked dilated convolutions, a decoder."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from synth_anomaly.backbones import StackedDilatedConvolution
from synth_anomaly.errors import DataError
from synth_anomaly.heads import Layer, build_layers

__all__ = ["DILATIONS", "STRIDE", "Autoencoder", "Kernel"]

DILATIONS = (1, 2, 4, 8, 16, 32)
"""The dilations of a stack (table 1)."""

STRIDE = 8
"""What the sides of an input are multiples of: three poolings halve it."""

Kernel = Literal[3, 5]
"""The side f of the dilated kernels."""

_STACKS = 4
_UP = {"kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}


class Autoencoder(nn.Module):
    """``F``: turns an image, perhaps corrupted, into the image as it should be.

    Args:
        kernel: Side f of the dilated kernels, 3 or 5 (table 1).
        width: Filters of the first layers, and of each dilation (table 1: 64).
        dilations: Dilations of each stack.

    Source:
        SSAE, table 1. Batch normalisation and ReLU follow every convolution but the last; that they follow
        the dilated ones too, which the paper does not say, keeps those from collapsing into the next.

    Example:
        >>> Autoencoder(width=4)(torch.rand(2, 3, 40, 64)).shape
        torch.Size([2, 3, 40, 64])
    """

    def __init__(
        self, kernel: Kernel = 3, width: int = 64, dilations: tuple[int, ...] = DILATIONS
    ) -> None:
        super().__init__()
        fine, middle, coarse, stacked = width, 2 * width, 4 * width, len(dilations) * width
        self.encoder = nn.Sequential(
            _pair(3, fine), nn.MaxPool2d(2), _pair(fine, middle), nn.MaxPool2d(2),
            _pair(middle, coarse), nn.MaxPool2d(2),
        )  # fmt: skip
        self.stacks = nn.Sequential(
            *(
                nn.Sequential(
                    StackedDilatedConvolution(before, width, kernel, dilations),
                    build_layers(stacked, (Layer("conv", stacked),), plain_last=False),
                )
                for before in (coarse, *[stacked] * (_STACKS - 1))
            )
        )
        rows = [row for level in (coarse, middle, fine) for row in _enlarging(level)]
        self.decoder = build_layers(stacked, (*rows, Layer("conv", 3, kernel=1, padding=0)))

    def forward(self, images: Tensor) -> Tensor:
        """Return ``F(X̂)``, ``(B, 3, H, W)`` float32 in [0, 1].

        Args:
            images: ``(B, 3, H, W)`` in [0, 1], H and W multiples of 8.

        Raises:
            DataError: If a side is no multiple of 8.
        """
        height, width = images.shape[-2:]
        if height % STRIDE or width % STRIDE:
            raise DataError(
                f"expected sides that are multiples of {STRIDE}, got {height} x {width}: resize the images"
            )
        # on a CPU a third quicker than the other layout, and always the same, so that rounding is too
        images = images.contiguous(memory_format=torch.channels_last)
        logits: Tensor = self.decoder(self.stacks(self.encoder(images)))
        return logits.float().sigmoid()


def _pair(in_channels: int, channels: int) -> nn.Sequential:
    return build_layers(in_channels, (Layer("conv", channels), Layer("conv", channels)), plain_last=False)


def _enlarging(channels: int) -> tuple[Layer, ...]:
    return Layer("up", channels, **_UP), Layer("conv", channels), Layer("conv", channels)
