"""AMGAD's generators: a ResNet's stages, what they are decoded by, and the features that are gated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn
from torch.nn import functional as F

from synth_anomaly.backbones import ResNet
from synth_anomaly.catalogue import build_network
from synth_anomaly.errors import OptionError
from synth_anomaly.heads import Layer, build_layers

__all__ = ["AttentionGenerator", "FeatureGenerator", "FirstLayers", "Generated", "trunk"]


@dataclass(frozen=True)
class Generated:
    """What the attention network's generator makes of images.

    Attributes:
        images: ``x_Re``, ``(B, 3, H, W)`` in [0, 1].
        attention: ``A_Gen``, ``(B, 1, H, W)`` in [0, 1], 1 where normal.
        mean: ``(B, C, h, w)``, of ``q(z|x)``.
        log_variance: Likewise.
    """

    images: Tensor
    attention: Tensor
    mean: Tensor
    log_variance: Tensor


class AttentionGenerator(nn.Module):
    """``G_1``: a variational autoencoder of spatial latent that decodes an image and its attention map.

    Args:
        backbone: Specification of the encoder, a residual network that returns one level.
        latent_channels: Width of the latent.
        decoder_channels: Width of each transposed convolution, one for each doubling.
        attention_bias: Where the last bias of the map's path starts.

    Raises:
        OptionError: If the encoder is no residual network, or the doublings do not undo its stride.

    Source: section 4.1 and Fig. 2: transposed convolutions back to the input's size, then two paths of three
        convolutions. Kernels and widths are ours; batch normalisation and ReLU between them too.
    """

    def __init__(
        self,
        backbone: Any,
        *,
        latent_channels: int,
        decoder_channels: tuple[int, ...],
        attention_bias: float = 0.0,
    ) -> None:
        super().__init__()
        self.encoder = trunk(backbone, decoder_channels)
        width = decoder_channels[-1]
        self.mean = nn.Conv2d(self.encoder.channels[-1], latent_channels, 1)
        self.log_variance = nn.Conv2d(self.encoder.channels[-1], latent_channels, 1)
        self.decoder = build_layers(latent_channels, doublings(decoder_channels), plain_last=False)
        self.image_path = _path(width, 3)
        self.attention_path = _path(width, 1)
        bias = self.attention_path[-1].bias
        assert isinstance(bias, Tensor)  # noqa: S101  # the path ends in a plain convolution
        nn.init.constant_(bias, attention_bias)

    def forward(self, images: Tensor, random: RandomGenerator | None = None) -> Generated:
        """Return what is made of ``images``, ``(B, 3, H, W)`` in [0, 1].

        Args:
            images: The images.
            random: Draws the latent from ``q(z|x)``; without it the latent is the mean.
        """
        size = images.shape[-2:]
        features = self.encoder(images)[-1]
        mean, log_variance = self.mean(features).float(), self.log_variance(features).float()
        decoded = self.decoder(mean if random is None else _drawn(mean, log_variance, random))
        if decoded.shape[-2:] != size:  # sides that are no multiples of the stride
            decoded = F.interpolate(decoded, size=size, mode="bilinear", align_corners=False)
        # in bfloat16 a confident 1 would be exactly 1, and its gradient 0 for ever
        return Generated(
            self.image_path(decoded).float().sigmoid(),
            self.attention_path(decoded).float().sigmoid(),
            mean,
            log_variance,
        )


class FirstLayers(nn.Module):
    """``F_Img``: features after the first two convolutions of an encoder, each normalised and activated.

    The modules are the encoder's own.

    Args:
        encoder: The trained encoder of the attention network.

    Attributes:
        channels: Width of the features.
        stride: Their stride.

    Source: section 3.3, "obtained through two CNN layers"; that they are the attention encoder's is ours.
    """

    def __init__(self, encoder: ResNet) -> None:
        super().__init__()
        block = encoder.stages[0][0]  # type: ignore[index]
        self.layers = nn.Sequential(encoder.input, *encoder.stem, block.conv1, block.bn1)
        self.channels: int = block.conv1.out_channels
        self.stride = 1 if encoder.small_images else 4

    def forward(self, images: Tensor) -> Tensor:
        """Return ``(B, channels, ceil(H / stride), ceil(W / stride))``, at least 0."""
        return F.relu(self.layers(images))


class FeatureGenerator(nn.Module):
    """ADGAN's generator: encodes gated features and decodes their reconstruction.

    Args:
        like: The encoder of the attention network: ADGAN's is of the same kind and width, with weights of
            its own.
        channels: Width of the features.
        decoder_channels: As of the attention network; the last transposed convolution gives the features.

    Source: section 4.1: "the encoder of ADGAN was the same as the encoder of the attention network, and the
        decoder of the ADGAN consisted of four transposed convolution layers".
    """

    def __init__(self, like: ResNet, channels: int, decoder_channels: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = type(like)(
            in_channels=channels,
            width=like.width,
            out_levels=like.out_levels,
            small_images=like.small_images,
        )
        layers = doublings((*decoder_channels[:-1], channels))
        self.decoder = build_layers(like.channels[-1], layers)

    def forward(self, features: Tensor) -> Tensor:
        """Return the reconstruction of ``features``, of their shape."""
        decoded: Tensor = self.decoder(self.encoder(features)[-1])
        if decoded.shape[-2:] != features.shape[-2:]:
            return F.interpolate(decoded, size=features.shape[-2:], mode="bilinear", align_corners=False)
        return decoded


def trunk(backbone: Any, decoder_channels: Sequence[int]) -> ResNet:
    """Return an encoder of its own, whose stride the doublings undo.

    Raises:
        OptionError: If it is no residual network, or the doublings do not undo its stride.
    """
    encoder = build_network("backbone", backbone)
    if not isinstance(encoder, ResNet):
        raise OptionError(
            f"expected a residual network for backbone, got {type(encoder).__name__}: "
            "its first two convolutions are ADGAN's features; take resnet18"
        )
    stride = encoder.strides[-1]
    if (scale := 2 ** len(decoder_channels)) != stride:
        raise OptionError(
            f"expected decoder_channels that enlarge by the backbone's stride of {stride}, got "
            f"{len(decoder_channels)} widths, which enlarge by {scale}: give one width for each "
            "doubling, or change the backbone's out_levels"
        )
    return encoder


def doublings(channels: Sequence[int]) -> list[Layer]:
    """Return a transposed convolution of kernel 4 and stride 2 for each width."""
    return [Layer("up", width, kernel=4, stride=2) for width in channels]


def _path(width: int, out_channels: int) -> nn.Sequential:
    return build_layers(width, (Layer("conv", width), Layer("conv", width), Layer("conv", out_channels)))


def _drawn(mean: Tensor, log_variance: Tensor, random: RandomGenerator) -> Tensor:
    noise = torch.randn(mean.shape, generator=random).to(mean.device)
    return mean + (log_variance / 2).exp() * noise
