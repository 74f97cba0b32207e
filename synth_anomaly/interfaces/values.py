"""What travels between the pieces: :mod:`synth_anomaly.interfaces` says in what shapes and ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from synth_anomaly.parameters import Parameters

__all__ = ["Batch", "Defects", "Outputs", "Prediction", "Size", "Targets"]

Size = tuple[int, int]
"""Height and width, in pixels."""


@dataclass(frozen=True)
class Batch:
    """What a training step gets.

    Attributes:
        images: Normal images, after augmentation.
        index: ``(B,)`` int64, the row of each image in the training set.
        guide: ``(B, 1, H, W)`` in [0, 1]: where a defect may lie; None is everywhere.
    """

    images: Tensor
    index: Tensor
    guide: Tensor | None = None


@dataclass(frozen=True)
class Defects:
    """What a synthesizer returns.

    Attributes:
        images: The images with their defects.
        masks: ``(B, 1, H, W)`` in [0, 1]; 0 exactly where an image was left as it was.
        parameters: What was drawn, on the CPU; replays and explains every sample.
    """

    images: Tensor
    masks: Tensor
    parameters: Parameters

    @property
    def defective(self) -> Tensor:
        """Which samples show a defect, bool ``(B,)`` on the masks' device; one of an empty mask is normal."""
        return self.masks.flatten(1).gt(0).any(dim=1)


@dataclass(frozen=True)
class Outputs:
    """What a network returns: only what it has.

    Attributes:
        logits: ``(B, 1, H, W)``, before the sigmoid; above 0 is a defect.
        reconstruction: ``(B, 3, H, W)``, the image as it should be.
        features: Feature maps, from fine to coarse.
    """

    logits: Tensor | None = None
    reconstruction: Tensor | None = None
    features: Sequence[Tensor] = ()


@dataclass(frozen=True)
class Targets:
    """What a loss compares the outputs with.

    Attributes:
        clean: The images before corruption.
        images: The images that the network saw.
        masks: ``(B, 1, H, W)``, 1 is a defect.
        weights: ``(B, 1, H, W)`` in [0, 1], how much each pixel counts in a segmentation loss: 0 is ignored;
            None counts all alike.
    """

    clean: Tensor
    images: Tensor
    masks: Tensor
    weights: Tensor | None = None


@dataclass(frozen=True)
class Prediction:
    """What a method says of a batch.

    Attributes:
        maps: ``(B, 1, H, W)``, rising with abnormality.
        scores: ``(B,)``, rising with abnormality.
        reconstruction: ``(B, 3, H, W)``, where the method has one.
    """

    maps: Tensor
    scores: Tensor
    reconstruction: Tensor | None = None
