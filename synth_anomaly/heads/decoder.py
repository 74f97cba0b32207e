"""A decoder of convolutions in pairs: one that mixes, one that doubles the size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from synth_anomaly.errors import OptionError
from synth_anomaly.heads.layers import Layer, build_layers
from synth_anomaly.heads.widths import level_widths
from synth_anomaly.interfaces import Size

__all__ = ["DECODER_CHANNELS", "ConvDecoder", "decoder_table", "scaled"]

DECODER_CHANNELS = (512, 256, 128, 128, 128)
"""The widths of AnoSeg's five pairs, from stride 32 to the image's size."""


class ConvDecoder(nn.Module):
    """Decodes the coarsest feature map alone, up to the image's size.

    Where the doublings do not end at exactly that size (an input whose sides are no multiples of the stride),
    the result is resized bilinearly, before the activation.

    Args:
        in_channels: Width of the feature maps: of the coarsest, or of all from fine to coarse.
        channels: Width of each pair, from coarse to fine; one pair for each doubling.
        out_channels: Width of the result: 1 for a map, 3 for an image.
        activation: ``"none"`` returns logits, ``"sigmoid"`` values in [0, 1].

    Attributes:
        table: The rows that the decoder is built of.
        layers: The network, one module a row.

    Raises:
        OptionError: If there are no channels.

    Source:
        AnoSeg, table 6 (decoder), whose rows the default has. Initialised as PyTorch does; the paper says
        nothing.

    Example:
        >>> import torch
        >>> decoder = ConvDecoder(64, channels=(16, 8), out_channels=3, activation="sigmoid")
        >>> decoder([torch.rand(2, 64, 8, 8)], (30, 32)).shape
        torch.Size([2, 3, 30, 32])
    """

    def __init__(
        self,
        in_channels: int | tuple[int, ...],
        channels: tuple[int, ...] = DECODER_CHANNELS,
        out_channels: int = 1,
        activation: Literal["none", "sigmoid"] = "none",
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.channels = channels
        self.out_channels = out_channels
        self.activation = activation
        self.table = decoder_table(channels, out_channels)
        self.layers = build_layers(level_widths(in_channels)[-1], self.table)

    def forward(self, features: Sequence[Tensor], size: Size) -> Tensor:
        """Return ``(B, out_channels, *size)``.

        Args:
            features: Feature maps, from fine to coarse; only the last is used.
            size: Height and width of the result.
        """
        decoded: Tensor = self.layers(features[-1])
        if decoded.shape[-2:] != tuple(size):
            decoded = F.interpolate(decoded, size=size, mode="bilinear", align_corners=False)
        # in bfloat16 a confident 1 would be exactly 1, and its gradient 0 for ever
        return decoded.float().sigmoid() if self.activation == "sigmoid" else decoded


def decoder_table(channels: Sequence[int] = DECODER_CHANNELS, out_channels: int = 1) -> tuple[Layer, ...]:
    """Return the rows of a decoder: a pair for each width, then two convolutions.

    A pair is a 3x3 convolution and a transposed one of kernel 4, stride 2 and padding 1.

    Args:
        channels: Width of each pair, from coarse to fine.
        out_channels: Width of the last row.

    Raises:
        OptionError: If there are no channels.

    Source:
        AnoSeg, table 6: Conv1 to Conv7 and ConvTr1 to ConvTr5, with the default widths. The table prints 3
        output channels for both its decoders; a map has 1 here.

    Example:
        >>> rows = decoder_table()
        >>> len(rows), rows[1]
        (12, Layer(kind='up', channels=512, kernel=4, stride=2, padding=1, output_padding=0))
    """
    if not channels:
        raise OptionError("channels takes at least one width, got (): give one for each doubling of the size")
    pairs = [
        row for width in channels for row in (Layer("conv", width), Layer("up", width, kernel=4, stride=2))
    ]
    return (*pairs, Layer("conv", channels[-1]), Layer("conv", out_channels))


def scaled(channels: Sequence[int], multiplier: float) -> tuple[int, ...]:
    """Return the widths of a narrower or wider network, each at least 1.

    Example:
        >>> scaled(DECODER_CHANNELS, 0.25)
        (128, 64, 32, 32, 32)
    """
    return tuple(max(1, round(width * multiplier)) for width in channels)
