"""Difference of an anomaly map and the mask."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from synth_anomaly.interfaces import Outputs, Targets
from synth_anomaly.losses.required import required_logits, weighted_mean

__all__ = ["SegmentationL1", "SegmentationL2", "segmentation_l1", "segmentation_l2"]


def segmentation_l1(logits: Tensor, masks: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the mean absolute difference of the logits' sigmoid and the masks, a float32 scalar in [0, 1].

    Args:
        logits: ``(B, 1, H, W)``.
        masks: ``(B, 1, H, W)`` in [0, 1].
        weights: ``(B, 1, H, W)``, at least 0: how much each pixel counts; None counts all alike.

    Source:
        AnoSeg, L_Seg (section 3), as a mean over pixels.

    Example:
        >>> import torch
        >>> segmentation_l1(torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
        tensor(0.5000)
    """
    return weighted_mean((logits.float().sigmoid() - masks.float()).abs(), weights)


def segmentation_l2(logits: Tensor, masks: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the mean squared difference of the logits' sigmoid and the masks, a float32 scalar in [0, 1].

    Args:
        logits: ``(B, 1, H, W)``.
        masks: ``(B, 1, H, W)`` in [0, 1].
        weights: ``(B, 1, H, W)``, at least 0: how much each pixel counts; None counts all alike.

    Source:
        AMGAD, L_Att, as a mean over pixels and over the whole batch.

    Example:
        >>> import torch
        >>> segmentation_l2(torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
        tensor(0.2500)
    """
    return weighted_mean((logits.float().sigmoid() - masks.float()).square(), weights)


class SegmentationL1:
    """:func:`segmentation_l1` of the outputs' logits."""

    lower_is_better: ClassVar[bool] = True

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the loss.

        Raises:
            ComponentError: If the outputs have no logits.
        """
        return segmentation_l1(required_logits(outputs, self), targets.masks, targets.weights)


class SegmentationL2:
    """:func:`segmentation_l2` of the outputs' logits."""

    lower_is_better: ClassVar[bool] = True

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the loss.

        Raises:
            ComponentError: If the outputs have no logits.
        """
        return segmentation_l2(required_logits(outputs, self), targets.masks, targets.weights)
