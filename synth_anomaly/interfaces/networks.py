"""What a network is made of, what it makes small, and what makes a prediction of its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from synth_anomaly.interfaces.values import Outputs, Prediction, Size, Targets

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Backbone", "FitsFeatures", "Head", "Loss", "Scorer", "TransformsFeatures"]


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


@runtime_checkable
class FitsFeatures(Protocol):
    """A backbone or a scorer that learns from the features of good images, once, before training.

    What it learns is kept in its buffers, so that it is saved with the weights: see
    :class:`synth_anomaly.backbones.FittedModule`. A backbone is fitted on the features of its trunk
    (:class:`TransformsFeatures`), a scorer on the ``features`` of the outputs that it scores.
    """

    def fit(self, features: Iterable[Sequence[Tensor]]) -> Iterable[str]:
        """Learn from the good images, and forget what was learned before.

        Args:
            features: The feature maps of a batch of good images, ``(B, C, H, W)`` each, from fine to coarse;
                read once, from the first batch to the last.

        Returns:
            A line for each thing that a reader of the results should know.

        Raises:
            DataError: If there are too few images to learn from.
        """
        ...


@runtime_checkable
class TransformsFeatures(Backbone, Protocol):
    """A backbone that computes its features from those of another one, which is frozen."""

    trunk: Backbone

    def transform(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Return this backbone's features of images, from those that its trunk has of them."""
        ...
