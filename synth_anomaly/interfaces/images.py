"""What is asked of normal images before a defect is made: where it may lie, and other views of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Augmentation", "Guide", "NamedGuide"]


@runtime_checkable
class Guide(Protocol):
    """Where on a normal image a defect may lie."""

    def __call__(self, images: Tensor) -> Tensor:
        """Return ``(B, 1, H, W)`` in [0, 1] for ``images``."""
        ...


@runtime_checkable
class NamedGuide(Guide, Protocol):
    """A guide that needs to know which images they are."""

    def named(self, images: Tensor, names: Sequence[str]) -> Tensor:
        """Return ``(B, 1, H, W)`` in [0, 1] for ``images``, whose samples have these names."""
        ...


@runtime_checkable
class Augmentation(Protocol):
    """A `kornia.augmentation` module, or what behaves like one: normal in, normal out."""

    def __call__(self, images: Tensor) -> Tensor:
        """Return the augmented images; draws from the global random state, which the trainer forks."""
        ...
