"""A decoder with skip connections from every level."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from synth_anomaly.errors import OptionError
from synth_anomaly.heads.layers import Layer, build_layers
from synth_anomaly.heads.widths import check_levels, enlarged, level_widths
from synth_anomaly.interfaces import Size

__all__ = ["UNetDecoder"]


class UNetDecoder(nn.Module):
    """Enlarges the coarsest features level by level, joining each level's own.

    Each step enlarges bilinearly to the next finer level's size, joins that level and applies two 3x3
    convolutions; a last step does the same without joining, at no less than half the image's size, where a
    third convolution gives the map, which is then resized to the image.

    Args:
        in_channels: Width of each feature map, from fine to coarse; a single number is a single map.
        channels: Width of each step, from coarse to fine, as many as there are maps; one number for all.
        out_channels: Width of the result.

    Raises:
        OptionError: If the number of channels does not fit the number of maps.

    Source:
        Ronneberger et al., U-Net (2015), figure 1. Differs in that convolutions are padded and normalised,
        and enlarging is bilinear instead of learned, which leaves no checkerboard.

    Example:
        >>> import torch
        >>> features = [torch.rand(2, 8, 16, 16), torch.rand(2, 16, 8, 8)]
        >>> UNetDecoder((8, 16), channels=4)(features, (64, 64)).shape
        torch.Size([2, 1, 64, 64])
    """

    def __init__(
        self,
        in_channels: int | tuple[int, ...],
        channels: int | tuple[int, ...] = 64,
        out_channels: int = 1,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.channels = channels
        self.out_channels = out_channels
        levels = level_widths(in_channels)
        widths = (channels,) * len(levels) if isinstance(channels, int) else tuple(channels)
        if len(widths) != len(levels):
            raise OptionError(
                f"channels takes one width for each of the {len(levels)} feature maps, got {widths!r}: "
                "give as many, or one number for all"
            )
        before = (levels[-1], *widths[:-1])
        joined = (*levels[-2::-1], 0)
        self.steps = nn.ModuleList(
            _step(coarse + skip, width) for coarse, skip, width in zip(before, joined, widths, strict=True)
        )
        self.last = nn.Conv2d(widths[-1], out_channels, 3, padding=1)

    def forward(self, features: Sequence[Tensor], size: Size) -> Tensor:
        """Return ``(B, out_channels, *size)``, before any sigmoid.

        Args:
            features: Feature maps, from fine to coarse.
            size: Height and width of the result.

        Raises:
            DataError: If there are more or fewer feature maps than the head was built for.
        """
        check_levels(features, len(self.steps))
        *finer, decoded = features
        *joins, refine = self.steps
        for step, skip in zip(joins, reversed(finer), strict=True):
            decoded = step(torch.cat([enlarged(decoded, skip.shape[-2:]), skip], dim=1))
        height, width = (
            max(side, (full + 1) // 2) for side, full in zip(decoded.shape[-2:], size, strict=True)
        )
        decoded = self.last(refine(enlarged(decoded, (height, width))))
        return enlarged(decoded, size)


def _step(in_channels: int, channels: int) -> nn.Sequential:
    return build_layers(in_channels, (Layer("conv", channels), Layer("conv", channels)), plain_last=False)
