"""The feature maps that a head is built for: their widths, their number, their sizes."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.errors import DataError, OptionError

__all__ = ["check_levels", "enlarged", "level_widths"]


def level_widths(in_channels: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return the width of every feature map, from fine to coarse; a single number is a single map.

    Raises:
        OptionError: If there is none.
    """
    widths = (in_channels,) if isinstance(in_channels, int) else tuple(in_channels)
    if not widths:
        raise OptionError("in_channels takes the width of each feature map, got (): give backbone.channels")
    return widths


def check_levels(features: Sequence[Tensor], expected: int) -> None:
    """Check that there are as many feature maps as a head was built for.

    Raises:
        DataError: If there are more or fewer.
    """
    if len(features) != expected:
        raise DataError(
            f"a head for {expected} feature maps got {len(features)}: "
            "build it with in_channels=backbone.channels"
        )


def enlarged(features: Tensor, size: Sequence[int]) -> Tensor:
    """Return feature maps at a height and width, bilinearly."""
    if features.shape[-2:] == tuple(size):
        return features
    return F.interpolate(features, size=tuple(size), mode="bilinear", align_corners=False)
