"""The Self-supervised Guided Network: an autoencoder, and a segmentation network that its features guide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from sat_sgsf.layers import enlarge, pair
from synth_anomaly.backbones import Stage, Stem
from synth_anomaly.heads import Layer, build_layers
from synth_anomaly.interfaces import Size

__all__ = ["Autoencoder", "Encoder", "Guidance", "Reconstructed", "Segmenter", "level_widths"]

Guidance = Literal["decoder", "encoder"]
"""Which features of the autoencoder guide: ``C_D`` or ``C_E``."""

_LEVELS = 4


@dataclass(frozen=True)
class Reconstructed:
    """What an autoencoder makes of images.

    Attributes:
        encoded: ``C_E``, four maps from fine to coarse.
        decoded: ``C_D``, four maps of the same sizes.
        images: ``R``, ``(B, 3, H, W)`` float32 in [0, 1].
    """

    encoded: tuple[Tensor, ...]
    decoded: tuple[Tensor, ...]
    images: Tensor

    def guidance(self, which: Guidance) -> tuple[Tensor, ...]:
        """Return the features that guide."""
        return self.decoded if which == "decoder" else self.encoded


def level_widths(width: int) -> tuple[int, ...]:
    """Return the channels of the four scales, from fine to coarse.

    Example:
        >>> level_widths(64)
        (64, 128, 256, 512)
    """
    return tuple(width << level for level in range(_LEVELS))


class Encoder(nn.Module):
    """A residual network whose stages may be joined by guidance, level by level.

    Args:
        width: Channels of the finest scale; each next one has twice as many.
        blocks: Residual blocks of each stage.
        in_channels: Channels of the images.
        guided: Whether guidance of the same width joins each level, so that the next stage takes twice as
            much.

    Source: SGSF, section III-C: scales of stride 4, 8, 16 and 32 with c/8, c/4, c/2 and c channels; that they
        are residual is ours.
    """

    def __init__(
        self, width: int, blocks: Sequence[int], *, in_channels: int = 3, guided: bool = False
    ) -> None:
        super().__init__()
        widths = level_widths(width)
        before = (width, *(channels * (1 + guided) for channels in widths[:-1]))
        self.stem = Stem(in_channels, width)
        self.stages = nn.ModuleList(
            Stage(entering, leaving, count, 1 if level == 0 else 2)
            for level, (entering, leaving, count) in enumerate(zip(before, widths, blocks, strict=True))
        )

    def forward(self, images: Tensor, guidance: Sequence[Tensor] = ()) -> tuple[Tensor, ...]:
        """Return four maps from fine to coarse: ``A_E``, or with guidance ``F = concat(C, A_E)``."""
        features, levels = self.stem(images), []
        for level, stage in enumerate(self.stages):
            features = stage(features)
            if guidance:
                features = torch.cat([guidance[level], features], dim=1)
            levels.append(features)
        return tuple(levels)


class Autoencoder(nn.Module):
    """The self-supervised module: encodes an image and decodes it again, without skip connections.

    Args:
        width: Channels of the finest scale.
        blocks: Residual blocks of each stage of the encoder.

    Source: SGSF, section III-C.1. The decoder's layers are unpublished: two 3x3 convolutions a scale.
    """

    def __init__(self, width: int, blocks: Sequence[int]) -> None:
        super().__init__()
        widths = level_widths(width)
        self.encoder = Encoder(width, blocks)
        entering = (*widths[1:], widths[-1])
        self.levels = nn.ModuleList(map(pair, entering, widths))
        self.output = _Output(width, 3)

    def forward(self, images: Tensor) -> Reconstructed:
        """Return features and reconstruction of ``(B, 3, H, W)`` in [0, 1]."""
        encoded, decoded = self.encoder(images), []
        features = encoded[-1]
        for level, map_ in zip(reversed(self.levels), reversed(encoded), strict=True):
            features = level(enlarge(features, map_.shape[-2:]))
            decoded.append(features)
        made = self.output(features, (images.shape[-2], images.shape[-1]))
        return Reconstructed(encoded, tuple(reversed(decoded)), made.float().sigmoid())


class Segmenter(nn.Module):
    """The segmentation module: finds what differs from the guidance.

    Args:
        width: Channels of the finest scale.
        blocks: Residual blocks of each stage of the encoder.
        in_channels: Channels of what is segmented.
        guided: Whether guidance joins each scale.

    Source: SGSF, section III-C.2, figure 4: ``F`` goes into the next stage of the encoder, and through a 3x3
        convolution, as ``F'``, into the decoder; ``F`` of the last scale enters the decoder directly too. The
        decoder's layers are unpublished: two 3x3 convolutions a scale.
    """

    def __init__(
        self, width: int, blocks: Sequence[int], *, in_channels: int = 3, guided: bool = True
    ) -> None:
        super().__init__()
        widths = level_widths(width)
        fused = [channels * (1 + guided) for channels in widths]
        self.encoder = Encoder(width, blocks, in_channels=in_channels, guided=guided)
        self.skips = nn.ModuleList(
            build_layers(before, (Layer("conv", after),), plain_last=False)
            for before, after in zip(fused, widths, strict=True)
        )
        # what each scale of the decoder gets from below it, beside its skip connection
        below = (*widths[1:], fused[-1])
        self.levels = nn.ModuleList(
            pair(before + skip, skip) for before, skip in zip(below, widths, strict=True)
        )
        self.output = _Output(width, 1)

    def forward(self, images: Tensor, guidance: Sequence[Tensor] = ()) -> Tensor:
        """Return logits, ``(B, 1, H, W)``: ``O`` is their sigmoid."""
        fused = self.encoder(images, guidance)
        features = fused[-1]
        for level, skip, map_ in zip(
            reversed(self.levels), reversed(self.skips), reversed(fused), strict=True
        ):
            features = level(torch.cat([enlarge(features, map_.shape[-2:]), skip(map_)], dim=1))
        logits: Tensor = self.output(features, (images.shape[-2], images.shape[-1]))
        return logits


class _Output(nn.Module):
    """From the finest scale to the image's size, in two doublings."""

    def __init__(self, width: int, out_channels: int) -> None:
        super().__init__()
        half = max(1, width // 2)
        self.first = build_layers(width, (Layer("conv", width), Layer("conv", half)), plain_last=False)
        self.second = build_layers(half, (Layer("conv", half), Layer("conv", out_channels)))

    def forward(self, features: Tensor, size: Size) -> Tensor:
        height, width = size
        features = self.first(enlarge(features, ((height + 1) // 2, (width + 1) // 2)))
        made: Tensor = self.second(enlarge(features, size))
        return made
