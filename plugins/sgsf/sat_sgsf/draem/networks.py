"""DRAEM's own two networks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sat_sgsf.layers import enlarge, pair
from synth_anomaly.heads import Layer, build_layers

__all__ = ["Discriminative", "Reconstructive"]

_RECONSTRUCTIVE = (1, 2, 4, 8, 8)
_DISCRIMINATIVE = (1, 2, 4, 8, 8, 8)


class Reconstructive(nn.Module):
    """Makes of a defective image a good one: an autoencoder without skip connections.

    Args:
        width: Channels of its first level; 128 in the paper's code.

    Source: DRAEM, section 3.1, in the form of its published code: five levels of two convolutions, halved by
        maximum pooling, and doubled bilinearly.
    """

    def __init__(self, width: int = 128) -> None:
        super().__init__()
        widths = [width * factor for factor in _RECONSTRUCTIVE]
        self.down = _encoder(3, widths)
        leaving = [*widths[:-2][::-1], width]
        entering = [widths[-1], *leaving[:-1]]
        self.up = nn.ModuleList(
            build_layers(
                before, (Layer("conv", before), Layer("conv", before), Layer("conv", after)), plain_last=False
            )
            for before, after in zip(entering, leaving, strict=True)
        )
        self.last = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        """Return reconstructions, ``(B, 3, H, W)`` float32, about in [0, 1]."""
        *finer, features = _encoded(self.down, images)
        for level, skip in zip(self.up, reversed(finer), strict=True):
            features = level(enlarge(features, skip.shape[-2:]))
        made: Tensor = self.last(features)
        return made.float()


class Discriminative(nn.Module):
    """Segments defects in an image beside its reconstruction: a U-Net.

    Args:
        width: Channels of its first level; 64 in the paper's code.
        in_channels: Channels of the image and of its reconstruction together.

    Source: DRAEM, section 3.2, in the form of its published code: six levels. Differs in that the map has one
        channel and a sigmoid, where the code has two and a softmax: the same function.
    """

    def __init__(self, width: int = 64, in_channels: int = 6) -> None:
        super().__init__()
        widths = [width * factor for factor in _DISCRIMINATIVE]
        self.down = _encoder(in_channels, widths)
        skips = widths[:-1][::-1]
        leaving = [widths[-1], *widths[:-3][::-1], width]
        entering = [widths[-1], *leaving[:-1]]
        self.enlarged = nn.ModuleList(
            build_layers(before, (Layer("conv", after),), plain_last=False)
            for before, after in zip(entering, leaving, strict=True)
        )
        self.up = nn.ModuleList(pair(after + skip, after) for after, skip in zip(leaving, skips, strict=True))
        self.last = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, joined: Tensor) -> Tensor:
        """Return logits, ``(B, 1, H, W)``, of ``concat(reconstruction, image)``."""
        *finer, features = _encoded(self.down, joined)
        for enlarged, level, skip in zip(self.enlarged, self.up, reversed(finer), strict=True):
            features = level(torch.cat([enlarged(enlarge(features, skip.shape[-2:])), skip], dim=1))
        logits: Tensor = self.last(features)
        return logits


def _encoder(in_channels: int, widths: Sequence[int]) -> nn.ModuleList:
    before = (in_channels, *widths[:-1])
    return nn.ModuleList(pair(entering, leaving) for entering, leaving in zip(before, widths, strict=True))


def _encoded(levels: nn.ModuleList, images: Tensor) -> list[Tensor]:
    """Return the features of each level, from fine to coarse; a side is halved, rounding up."""
    features, found = images, []
    for number, level in enumerate(levels):
        features = level(F.max_pool2d(features, 2, ceil_mode=True) if number else features)
        found.append(features)
    return found
