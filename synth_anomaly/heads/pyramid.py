"""A small top-down pyramid."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

from torch import Tensor, nn

from synth_anomaly.errors import OptionError
from synth_anomaly.heads.layers import Layer, build_layers
from synth_anomaly.heads.widths import check_levels, enlarged, level_widths
from synth_anomaly.interfaces import Size

__all__ = ["Pyramid"]


class Pyramid(nn.Module):
    """Adds feature maps from coarse to fine, with a convolution after each addition, and gives one map.

    Each level is brought to the pyramid's width by a 1x1 convolution; the sum of the coarser levels is
    enlarged bilinearly to the next finer one, added, and passed through a 3x3 convolution with batch
    normalisation and ReLU. The finest level, which costs the most, is half as wide. A last 3x3 convolution
    and a 1x1 give the map at the finest level's size, which is enlarged to the image's.

    Args:
        in_channels: Width of each feature map, from fine to coarse; a single number is a single map.
        channels: Width of the pyramid, at least 1.
        out_channels: Width of the result.
        prior: What the map begins with, as a probability of a defect, in (0, 1).

    Raises:
        OptionError: If an option is out of its range.

    Source:
        Lin et al., Feature Pyramid Networks (2017), figure 3, with one map instead of one a level, and with
        normalisation.

    Example:
        >>> features = [torch.rand(2, 8, 16, 16), torch.rand(2, 16, 8, 8)]
        >>> Pyramid((8, 16), channels=4)(features, (64, 64)).shape
        torch.Size([2, 1, 64, 64])
    """

    def __init__(
        self,
        in_channels: int | tuple[int, ...],
        channels: int = 48,
        out_channels: int = 1,
        prior: float = 0.12,
    ) -> None:
        super().__init__()
        if channels < 1 or out_channels < 1 or not 0 < prior < 1:
            raise OptionError(
                "channels and out_channels take numbers of at least 1 and prior one in (0, 1), "
                f"got channels={channels!r}, out_channels={out_channels!r} and prior={prior!r}"
            )
        self.in_channels = in_channels
        self.channels = channels
        self.out_channels = out_channels
        self.prior = prior
        levels = level_widths(in_channels)
        widths = [max(1, channels // 2), *[channels] * (len(levels) - 1)]
        self.lateral = nn.ModuleList(
            nn.Conv2d(level, width, 1) for level, width in zip(levels, widths, strict=True)
        )
        self.narrow = nn.Conv2d(channels, widths[0], 1) if len(levels) > 1 else nn.Identity()
        self.merge = nn.ModuleList(
            build_layers(width, (Layer("conv", width),), plain_last=False) for width in widths[:-1]
        )
        refine = build_layers(widths[0], (Layer("conv", widths[0]),), plain_last=False)
        last = nn.Conv2d(widths[0], out_channels, 1)
        nn.init.constant_(last.bias, math.log(prior / (1 - prior)))  # type: ignore[arg-type]  # it has one
        self.last = nn.Sequential(OrderedDict(refine=refine, map=last))

    def forward(self, features: Sequence[Tensor], size: Size) -> Tensor:
        """Return ``(B, out_channels, *size)``, before any sigmoid.

        Args:
            features: Feature maps, from fine to coarse.
            size: Height and width of the result.

        Raises:
            DataError: If there are more or fewer feature maps than the head was built for.
        """
        check_levels(features, len(self.lateral))
        levels = [lateral(feature) for lateral, feature in zip(self.lateral, features, strict=True)]
        merged = levels.pop()
        for level in reversed(range(len(levels))):
            coarser = merged if level else self.narrow(merged)
            merged = self.merge[level](levels[level] + enlarged(coarser, levels[level].shape[-2:]))
        return enlarged(self.last(merged), size)
