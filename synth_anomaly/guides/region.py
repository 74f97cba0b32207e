"""A rectangle that somebody chose, the same in every image."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Region"]


@dataclass(frozen=True)
class Region:
    """The inside of one rectangle, for parts that always lie in the same place.

    No foreground: none, as a rectangle has an inside; where it covers no pixel's centre, the map is 0.

    Args:
        left: Its left side, as a share of the image's width, in [0, 1].
        top: Its upper side, as a share of the height.
        right: Its right side, beyond the left one.
        bottom: Its lower side, below the upper one.
    """

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def __post_init__(self) -> None:
        for name, low, high in (("left", self.left, self.right), ("top", self.top, self.bottom)):
            if not 0 <= low < high <= 1:
                other = {"left": "right", "top": "bottom"}[name]
                raise ValueError(f"expected 0 <= {name} < {other} <= 1, got {low!r} and {high!r}")

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)``: 1 at pixels whose centres lie inside, else 0."""
        count, _, height, width = images.shape
        rows = _inside(self.top, self.bottom, height, images)
        columns = _inside(self.left, self.right, width, images)
        return (rows[:, None] * columns).expand(count, 1, height, width)


def _inside(low: float, high: float, length: int, images: Tensor) -> Tensor:
    centres = (torch.arange(length, device=images.device) + 0.5) / length
    return ((centres >= low) & (centres < high)).to(images.dtype)
