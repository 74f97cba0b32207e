"""The same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

__all__ = ["Constant"]


@dataclass(frozen=True)
class Constant:
    """A map of one value.

    No foreground: ``value = 0`` says so of every image.

    Args:
        value: In [0, 1]; from 0.5 on, a defect may lie anywhere.
    """

    value: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise ValueError(f"value must be in [0, 1], got {self.value!r}")

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)`` of the value."""
        return images.new_full((len(images), 1, *images.shape[2:]), self.value)
