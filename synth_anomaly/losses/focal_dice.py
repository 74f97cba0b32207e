"""Focal loss for the hard pixels, and dice for the defect as a whole."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Outputs, Targets
from synth_anomaly.losses.focal import focal
from synth_anomaly.losses.required import required_logits

__all__ = ["FocalDice", "dice"]


def dice(logits: Tensor, masks: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return 1 minus the dice coefficient of the logits' sigmoid and the masks over a batch, in [0, 1].

    Args:
        logits: ``(B, 1, H, W)``.
        masks: ``(B, 1, H, W)`` in [0, 1].
        weights: ``(B, 1, H, W)`` in [0, 1]; a pixel of weight 0 is ignored.

    Source:
        Milletari et al., V-Net (2016), section 3, with squares in the denominator as there, and 1 added above
        and below, so that an empty mask has a finite loss.

    Example:
        >>> dice(torch.full((1, 1, 4, 4), 20.0), torch.ones(1, 1, 4, 4)).round(decimals=4)
        tensor(0.)
    """
    probability, masks = logits.float().sigmoid(), masks.float()
    if weights is not None:
        probability, masks = probability * weights, masks * weights
    both = (probability * masks).sum()
    return 1 - (2 * both + 1) / (probability.square().sum() + masks.square().sum() + 1)


class FocalDice:
    """Focal loss, with defects weighing more, plus dice; pixels of ``targets.weights`` 0 count in neither.

    Args:
        gamma: How little the pixels count that the network gets right; 0 is cross-entropy.
        focal_weight: Weight of the focal loss, at least 0; dice has weight 1.
        defect_weight: How many times as much a defect's pixel counts in the focal loss as a normal one, above
            0.

    Raises:
        OptionError: If an option is out of its range.
    """

    lower_is_better: ClassVar[bool] = True

    def __init__(self, gamma: float = 2.0, focal_weight: float = 4.0, defect_weight: float = 4.0) -> None:
        if gamma < 0 or focal_weight < 0 or not defect_weight > 0:
            raise OptionError(
                "gamma and focal_weight take numbers of at least 0 and defect_weight one above 0, "
                f"got gamma={gamma!r}, focal_weight={focal_weight!r}, defect_weight={defect_weight!r}"
            )
        self.gamma = gamma
        self.focal_weight = focal_weight
        self.defect_weight = defect_weight

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the loss.

        Raises:
            ComponentError: If the outputs have no logits.
        """
        logits = required_logits(outputs, self)
        masks, weights = targets.masks.float(), targets.weights
        counted = torch.ones_like(masks) if weights is None else weights
        emphasis = counted * (1 + (self.defect_weight - 1) * masks)
        pixels = focal(logits, masks, self.gamma, weights=emphasis) * emphasis.mean()
        return self.focal_weight * pixels + dice(logits, masks, weights)
