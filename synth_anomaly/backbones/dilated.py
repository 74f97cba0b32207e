"""Dilated convolutions side by side: one layer that sees near and far at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from synth_anomaly.errors import OptionError

__all__ = ["StackedDilatedConvolution"]


class StackedDilatedConvolution(nn.Module):
    """Convolves the same features with several dilations, and joins the results along their channels.

    Batch normalisation and ReLU follow the joined features. Height and width stay.

    Args:
        in_channels: Width of what comes in.
        channels: Filters of each dilation; as many times this go out as there are dilations.
        kernel: Side of every kernel, odd.
        dilations: Pixels between neighbouring taps of each convolution.

    Attributes:
        out_channels: Width of what goes out.

    Raises:
        OptionError: If the kernel is even, or there is no dilation.

    Source:
        Schuster et al., SDC: Stacked Dilated Convolution (CVPR 2019), section 3.2. They apply an exponential
        linear unit and no normalisation.

    Example:
        >>> block = StackedDilatedConvolution(8, 4, dilations=(1, 2, 4))
        >>> block(torch.rand(2, 8, 5, 6)).shape
        torch.Size([2, 12, 5, 6])
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        kernel: int = 3,
        dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32),
    ) -> None:
        super().__init__()
        if kernel < 1 or kernel % 2 == 0:
            raise OptionError(f"kernel takes an odd number of pixels, got {kernel!r}: 3 is usual")
        if not dilations or min(dilations) < 1:
            raise OptionError(f"dilations takes at least one number from 1 up, got {dilations!r}")
        self.out_channels = channels * len(dilations)
        # batch normalisation has a bias of its own
        self.convolutions = nn.ModuleList(
            nn.Conv2d(
                in_channels,
                channels,
                kernel,
                padding=dilation * (kernel // 2),
                dilation=dilation,
                bias=False,
            )
            for dilation in dilations
        )
        self.normalise = nn.BatchNorm2d(self.out_channels)

    def forward(self, features: Tensor) -> Tensor:
        """Return ``(B, out_channels, H, W)`` of ``(B, in_channels, H, W)``."""
        joined = torch.cat([convolution(features) for convolution in self.convolutions], dim=1)
        activated: Tensor = self.normalise(joined).relu()
        return activated
