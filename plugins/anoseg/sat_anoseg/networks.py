"""AnoSeg's generators: a ResNet encoder, and decoders for the image and the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from synth_anomaly.catalogue import build_network
from synth_anomaly.errors import OptionError
from synth_anomaly.heads import ConvDecoder

__all__ = ["Generated", "Generator", "with_coordinates"]


@dataclass(frozen=True)
class Generated:
    """What a generator makes of an image.

    Attributes:
        normality: ``Â``, ``(B, C, H, W)`` in [0, 1], 1 where normal; None from the anomaly detector's.
        images: ``x̂``, ``(B, 3, H, W)`` in [0, 1]; None without an image decoder.
    """

    normality: Tensor | None
    images: Tensor | None


class Generator(nn.Module):
    """Encodes an image and decodes its map, its reconstruction, or both.

    Args:
        backbone: Specification of the encoder; its last feature map is decoded.
        in_channels: Channels of the input, without coordinates.
        decoder_channels: Widths of the decoders' pairs (table 6).
        image_decoder_channels: The same of the image decoder; empty is ``decoder_channels``.
        map_channels: Channels of the map; 0 for no map decoder.
        map_bias: Where the last bias of the map decoder starts.
        image_channels: Channels of the reconstruction; 0 for no image decoder.
        coordinates: Whether two coordinate channels are joined to the input (section 3.3).

    Raises:
        OptionError: If the decoders' doublings do not undo the encoder's stride.
    """

    def __init__(
        self,
        backbone: Any,
        *,
        in_channels: int = 3,
        decoder_channels: tuple[int, ...],
        map_channels: int,
        image_channels: int,
        coordinates: bool,
        image_decoder_channels: tuple[int, ...] = (),
        map_bias: float = 0.0,
    ) -> None:
        super().__init__()
        self.coordinates = coordinates
        self.encoder = build_network("backbone", backbone, in_channels=in_channels + 2 * coordinates)
        width, stride = self.encoder.channels[-1], self.encoder.strides[-1]
        self.map_decoder = _decoder(width, decoder_channels, map_channels, stride)
        if self.map_decoder is not None:
            bias = self.map_decoder.layers[-1].bias
            assert isinstance(bias, Tensor)  # noqa: S101  # the table ends in a plain convolution
            nn.init.constant_(bias, map_bias)
        self.image_decoder = _decoder(
            width, image_decoder_channels or decoder_channels, image_channels, stride
        )

    def forward(self, inputs: Tensor) -> Generated:
        """Return what the decoders make of ``inputs``, ``(B, in_channels, H, W)`` in [0, 1]."""
        size = (inputs.shape[-2], inputs.shape[-1])
        features = self.encoder(with_coordinates(inputs) if self.coordinates else inputs)
        return Generated(
            None if self.map_decoder is None else self.map_decoder(features, size),
            None if self.image_decoder is None else self.image_decoder(features, size),
        )


def with_coordinates(inputs: Tensor) -> Tensor:
    """Join two channels to ``(B, C, H, W)``: x and y, from -1 to 1 over the image.

    Source: section 3.3, after CoordConv (Liu et al. 2018).
    """
    count, _, height, width = inputs.shape
    x = torch.linspace(-1, 1, width, device=inputs.device, dtype=inputs.dtype).expand(count, 1, height, width)
    y = torch.linspace(-1, 1, height, device=inputs.device, dtype=inputs.dtype)[:, None].expand_as(x)
    return torch.cat([inputs, x, y], dim=1)


def _decoder(width: int, channels: tuple[int, ...], out_channels: int, stride: int) -> ConvDecoder | None:
    if not out_channels:
        return None
    decoder = ConvDecoder(width, channels, out_channels, activation="sigmoid")
    if (scale := 2 ** len(channels)) != stride:
        raise OptionError(
            f"expected decoder_channels that enlarge by the backbone's stride of {stride}, got "
            f"{len(channels)} widths, which enlarge by {scale}: give one width for each "
            "doubling, or change the backbone's out_levels"
        )
    return decoder
