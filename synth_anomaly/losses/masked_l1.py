"""Absolute difference of a reconstruction, where the image is normal."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from synth_anomaly.interfaces import Outputs, Targets
from synth_anomaly.losses.required import required_reconstruction

__all__ = ["MaskedL1", "masked_l1"]


def masked_l1(reconstruction: Tensor, clean: Tensor, masks: Tensor) -> Tensor:
    """Return the mean absolute difference over the normal region, 0 where there is none.

    Args:
        reconstruction: ``(B, C, H, W)``.
        clean: ``(B, C, H, W)``, the images without defects.
        masks: ``(B, 1, H, W)`` in [0, 1], 1 is a defect; a pixel counts by how normal it is.

    Returns:
        A float32 scalar, the mean over all normal pixels of the batch and their channels.

    Source:
        AnoSeg, equation 4, with A = 1 - mask, and both expectations over the batch. In the norm of A a pixel
        counts once for each colour channel. Compares with the clean image, which equals the network's input
        wherever A is 1.

    Example:
        >>> import torch
        >>> image, mask = torch.zeros(1, 3, 2, 2), torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> masked_l1(image + 0.5, image, mask)
        tensor(0.5000)
    """
    normal = (1 - masks.float()).expand_as(clean)
    difference = (reconstruction.float() - clean.float()).abs()
    return (difference * normal).sum() / normal.sum().clamp(min=1e-6)


class MaskedL1:
    """:func:`masked_l1` of the outputs' reconstruction."""

    lower_is_better: ClassVar[bool] = True

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the loss.

        Raises:
            ComponentError: If the outputs have no reconstruction.
        """
        return masked_l1(required_reconstruction(outputs, self), targets.clean, targets.masks)
