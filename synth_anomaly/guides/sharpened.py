"""Another guide's map, pushed towards 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from synth_anomaly.guides.attach import guide_maps
from synth_anomaly.guides.border_colour import BorderColour
from synth_anomaly.interfaces import Guide
from synth_anomaly.objects import check_piece

__all__ = ["Sharpened"]

_BORDER_COLOUR = BorderColour()


@dataclass(frozen=True)
class Sharpened:
    """Makes a map S steeper, ``S^k / (S^k + (1 - S)^k)``: 0, 0.5 and 1 stay, what lies between leaves 0.5.

    For shapes that take all values of a guide, such as ``saliency-perlin``, where a map that hesitates would
    leave few defects: networks that detect salient objects return maps that hardly do.

    Args:
        guide: Whose map it is; a map that is 0 or 1 everywhere stays so.
        steepness: k, at least 1, where the map stays as it is.
    """

    guide: Guide = _BORDER_COLOUR
    steepness: float = 4.0

    def __post_init__(self) -> None:
        check_piece(self, "guide", self.guide)
        if not 1 <= self.steepness < float("inf"):
            raise ValueError(f"steepness must be at least 1, got {self.steepness!r}")

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)`` in [0, 1]."""
        return self._sharpened(self.guide(images).float().clamp(0, 1))

    def named(self, images: Tensor, names: Sequence[str]) -> Tensor:
        """Return ``(B, 1, H, W)`` in [0, 1] for ``images``, whose samples have these names."""
        return self._sharpened(guide_maps(self.guide, images, names))

    def _sharpened(self, maps: Tensor) -> Tensor:
        high, low = maps**self.steepness, (1 - maps) ** self.steepness
        return high / (high + low)
