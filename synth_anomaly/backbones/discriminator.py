"""A discriminator of strided convolutions, which also gives its features."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from synth_anomaly.errors import DataError, OptionError

__all__ = ["Discriminator", "Judgement", "channels_for", "dcgan_channels"]


@dataclass(frozen=True)
class Judgement:
    """What a discriminator says of a batch.

    Attributes:
        logits: ``(B,)``, before the sigmoid; above 0 is real.
        features: What every layer but the last gives, activated, from fine to coarse.
    """

    logits: Tensor
    features: tuple[Tensor, ...]

    @property
    def matching_features(self) -> Tensor:
        """The output of the second-to-last layer, AnoSeg's f(.); ``(B, 128, 2, 2)`` at its 256 pixels."""
        return self.features[-1]


class Discriminator(nn.Module):
    """Convolutions of kernel 4, stride 2 and padding 1, the last of which has one channel.

    Batch normalisation follows all but the first and the last, LeakyReLU(0.2) all but the last. The logit
    is the mean of the last map, which at ``2 ** layers`` pixels is a single value, as in the paper.

    Args:
        in_channels: Width of the input, such as 4 for an image joined with its map.
        channels: Width of each layer but the last; :func:`channels_for` gives them for other sizes.
        last_padding: Padding of the last layer: 1 where it sees 2x2; 0 where it sees 4x4, as DCGAN's does.

    Raises:
        OptionError: If ``channels`` is empty.

    Source:
        AnoSeg, table 6 (discriminator). Differs in that the sigmoid is left to the loss, which is the same
        function, computed stably. Initialised as PyTorch does; the paper says nothing.

    Example:
        >>> import torch
        >>> judge = Discriminator(4, (8, 16, 16))
        >>> judge(torch.rand(2, 4, 16, 16)).logits.shape
        torch.Size([2])
    """

    def __init__(
        self,
        in_channels: int = 4,
        channels: tuple[int, ...] = (64, 128, 256, 512, 512, 512, 128),
        last_padding: int = 1,
    ) -> None:
        super().__init__()
        if not channels:
            raise OptionError("channels takes at least one width, got (): give for instance (64, 128)")
        self.in_channels = in_channels
        self.channels = channels
        self.last_padding = last_padding
        widths = (in_channels, *channels)
        self.layers = nn.ModuleList(
            _layer(before, after, normalised=index > 0)
            for index, (before, after) in enumerate(zip(widths[:-1], channels, strict=True))
        )
        self.last = nn.Conv2d(channels[-1], 1, 4, stride=2, padding=last_padding)

    @property
    def smallest_side(self) -> int:
        """The least height and width of an input, in pixels."""
        last = 4 - 2 * self.last_padding
        return int(max(last, 1) * 2 ** len(self.channels))

    def forward(self, images: Tensor) -> Judgement:
        """Judge ``images``, ``(B, in_channels, H, W)``.

        Raises:
            DataError: If the images are too small for this many layers.
        """
        height, width = images.shape[-2:]
        if min(height, width) < self.smallest_side:
            raise DataError(
                f"a discriminator of {len(self.channels) + 1} layers takes images of at least "
                f"{self.smallest_side} pixels, got {height}x{width}: give it fewer channels "
                "(synth_anomaly.backbones.channels_for)"
            )
        features = []
        for layer in self.layers:
            images = layer(images)
            features.append(images)
        return Judgement(self.last(images).mean(dim=(1, 2, 3)), tuple(features))


def channels_for(size: int, width: int = 64) -> tuple[int, ...]:
    """Return the channels with which a :class:`Discriminator` ends at 1x1 for images of ``size`` pixels.

    The width doubles from layer to layer up to 8 times the first; the last of them has twice the first.

    Args:
        size: The shorter side in pixels, at least 8; the longer one may end at more than 1.
        width: Width of the first layer.

    Raises:
        OptionError: If ``size`` is less than 8.

    Source:
        AnoSeg, table 6, for 256 pixels and width 64; the other sizes have more or fewer of its widest layers.

    Example:
        >>> channels_for(256)
        (64, 128, 256, 512, 512, 512, 128)
        >>> channels_for(32)
        (64, 128, 256, 128)
    """
    if size < 8:
        raise OptionError(f"a discriminator takes images of at least 8 pixels, got {size}: enlarge them")
    doublings = size.bit_length() - 1
    return (*(width * min(2**level, 8) for level in range(doublings - 2)), 2 * width)


def dcgan_channels(size: int, width: int = 64) -> tuple[int, ...]:
    """Return the channels with which a :class:`Discriminator` ends at 4x4 for images of ``size`` pixels.

    The width doubles from layer to layer up to 8 times the first. The last layer, of kernel 4, is then to
    have ``last_padding=0``.

    Args:
        size: The shorter side in pixels, at least 8.
        width: Width of the first layer.

    Raises:
        OptionError: If ``size`` is less than 8.

    Source:
        Radford et al., DCGAN (2016), for 64 pixels; the other sizes have more or fewer of its widest layers.

    Example:
        >>> dcgan_channels(64)
        (64, 128, 256, 512)
        >>> Discriminator(3, dcgan_channels(32), last_padding=0).smallest_side
        32
    """
    if size < 8:
        raise OptionError(f"a discriminator takes images of at least 8 pixels, got {size}: enlarge them")
    return tuple(width * min(2**level, 8) for level in range(size.bit_length() - 3))


def _layer(in_channels: int, channels: int, *, normalised: bool) -> nn.Sequential:
    # Batch normalisation has a bias of its own.
    convolution = nn.Conv2d(in_channels, channels, 4, stride=2, padding=1, bias=not normalised)
    activation = nn.LeakyReLU(0.2, inplace=True)
    if normalised:
        return nn.Sequential(convolution, nn.BatchNorm2d(channels), activation)
    return nn.Sequential(convolution, activation)
