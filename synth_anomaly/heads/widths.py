"""The widths of feature maps as a head's option gives them."""

from __future__ import annotations

from synth_anomaly.errors import OptionError

__all__ = ["level_widths"]


def level_widths(in_channels: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return the width of every feature map, from fine to coarse; a single number is a single map.

    Raises:
        OptionError: If there is none.
    """
    widths = (in_channels,) if isinstance(in_channels, int) else tuple(in_channels)
    if not widths:
        raise OptionError("in_channels takes the width of each feature map, got (): give backbone.channels")
    return widths
