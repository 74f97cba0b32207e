"""Several losses as one."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Loss, Outputs, Targets
from synth_anomaly.objects import checked_pieces

__all__ = ["WeightedSum"]


class WeightedSum:
    """The sum of several losses, each times its weight.

    Args:
        losses: The losses.
        weights: As many weights.

    Attributes:
        lower_is_better: Whether every loss says so of itself and no weight is negative.

    Raises:
        OptionError: If there is no loss, one is none, or there are more or fewer weights.

    Example:
        >>> from synth_anomaly.losses import SSIM, L2
        >>> WeightedSum((L2(), SSIM()), (1.0, 0.5)).lower_is_better
        True
    """

    def __init__(self, losses: tuple[Loss, ...], weights: tuple[float, ...]) -> None:
        losses = checked_pieces(self, "losses", losses, "loss")
        if not losses or len(losses) != len(weights):
            raise OptionError(
                f"weights takes one number for each loss, got {len(losses)} losses and "
                f"{len(weights)} weights: give as many"
            )
        self.losses = losses
        self.weights = weights
        self.lower_is_better = min(weights) >= 0 and all(
            getattr(loss, "lower_is_better", False) for loss in losses
        )

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the sum.

        Raises:
            ComponentError: If the outputs lack what one of the losses needs.
        """
        terms = [
            weight * loss(outputs, targets) for loss, weight in zip(self.losses, self.weights, strict=True)
        ]
        return torch.stack(terms).sum()
