"""Cross-entropy that looks at the pixels which the network gets wrong."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Outputs, Targets
from synth_anomaly.losses.required import required_logits, weighted_mean

__all__ = ["Focal", "focal"]


def focal(
    logits: Tensor,
    masks: Tensor,
    gamma: float = 2.0,
    alpha: float | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """Return the mean focal loss over pixels, a float32 scalar.

    Args:
        logits: ``(B, 1, H, W)``.
        masks: ``(B, 1, H, W)`` in [0, 1]; a soft mask mixes the losses of defect and of normal.
        gamma: How little the pixels count that the network gets right; 0 is cross-entropy.
        alpha: Weight of defects in [0, 1], 1 - alpha is that of normal pixels; None weighs neither.
        weights: ``(B, 1, H, W)``, at least 0: the mean is weighted by it, and 0 where all weights are 0.

    Source:
        Lin et al., Focal Loss for Dense Object Detection (2017), equations 4 and 5. From logits, through
        logarithms alone, so that value and gradient stay finite for any logit.

    Example:
        >>> import torch
        >>> focal(torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
        tensor(0.1733)
    """
    logits, masks = logits.float(), masks.float()
    log_defect, log_normal = F.logsigmoid(logits), F.logsigmoid(-logits)
    # exp of a logarithm rather than a power: the gradient of x ** gamma is infinite at 0 for gamma < 1.
    defect = -(gamma * log_normal).exp() * log_defect * masks
    normal = -(gamma * log_defect).exp() * log_normal * (1 - masks)
    if alpha is not None:
        defect, normal = alpha * defect, (1 - alpha) * normal
    return weighted_mean(defect + normal, weights)


class Focal:
    """:func:`focal` of the outputs' logits.

    Args:
        gamma: How little the pixels count that the network gets right; 0 is cross-entropy.
        alpha: Weight of defects in [0, 1], 1 - alpha is that of normal pixels; None weighs neither.

    Raises:
        OptionError: If gamma is negative or alpha outside [0, 1].
    """

    lower_is_better: ClassVar[bool] = True

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        if gamma < 0:
            raise OptionError(f"gamma takes a number of at least 0, got {gamma!r}: the papers use 2")
        if alpha is not None and not 0 <= alpha <= 1:
            raise OptionError(f"alpha takes a number in [0, 1], got {alpha!r}: give none for no weighting")
        self.gamma = gamma
        self.alpha = alpha

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the loss.

        Raises:
            ComponentError: If the outputs have no logits.
        """
        logits = required_logits(outputs, self)
        return focal(logits, targets.masks, self.gamma, self.alpha, targets.weights)
