"""Squared difference of a reconstruction and the clean image."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from synth_anomaly.interfaces import Outputs, Targets
from synth_anomaly.losses.required import required_reconstruction

__all__ = ["L2", "l2"]


def l2(reconstruction: Tensor, clean: Tensor) -> Tensor:
    """Return the mean squared difference, a float32 scalar.

    Args:
        reconstruction: ``(B, C, H, W)``.
        clean: ``(B, C, H, W)``, the images without defects.

    Example:
        >>> import torch
        >>> l2(torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2))
        tensor(1.)
    """
    return (reconstruction.float() - clean.float()).square().mean()


class L2:
    """:func:`l2` of the outputs' reconstruction."""

    lower_is_better: ClassVar[bool] = True

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the loss.

        Raises:
            ComponentError: If the outputs have no reconstruction.
        """
        return l2(required_reconstruction(outputs, self), targets.clean)
