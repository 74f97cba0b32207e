"""What the networks of both methods are made of."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from synth_anomaly.heads import Layer, build_layers

__all__ = ["enlarge", "pair"]


def pair(in_channels: int, channels: int) -> nn.Sequential:
    """Return two 3x3 convolutions, each with batch normalisation and ReLU."""
    return build_layers(in_channels, (Layer("conv", channels), Layer("conv", channels)), plain_last=False)


def enlarge(features: Tensor, size: Sequence[int]) -> Tensor:
    """Return features at another height and width, bilinearly; the same where they have it."""
    if features.shape[-2:] == tuple(size):
        return features
    return F.interpolate(features, size=tuple(size), mode="bilinear", align_corners=False)
