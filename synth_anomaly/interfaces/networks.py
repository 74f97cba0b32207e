"""What a network is made of, what it makes small, and what makes a prediction of its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from synth_anomaly.interfaces.values import Outputs, Prediction, Size, Targets

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Backbone", "Head", "Loss", "Scorer"]


@runtime_checkable
class Backbone(Protocol):
    """Turns images into feature maps."""

    channels: Sequence[int]
    strides: Sequence[int]

    def __call__(self, images: Tensor) -> list[Tensor]:
        """Return one ``(B, channels[i], ceil(H / strides[i]), ceil(W / strides[i]))`` map a level."""
        ...


@runtime_checkable
class Head(Protocol):
    """Turns feature maps into a map or an image."""

    def __call__(self, features: Sequence[Tensor], size: Size) -> Tensor:
        """Return ``(B, out_channels, *size)``."""
        ...


@runtime_checkable
class Loss(Protocol):
    """One number to make small."""

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return a scalar, finite on an empty and on a full mask."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """Turns a network's outputs into a map and a score."""

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return one map and one score an image; a batch gives what its images give one by one."""
        ...
