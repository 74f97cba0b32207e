"""Structural difference of a reconstruction and the clean image."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.interfaces import Outputs, Targets
from synth_anomaly.losses.required import required_reconstruction

__all__ = ["SSIM", "ssim_loss", "ssim_map"]


def ssim_map(first: Tensor, second: Tensor, window: int = 11) -> Tensor:
    """Return the structural similarity around each pixel.

    Args:
        first: ``(B, C, H, W)`` in [0, 1].
        second: ``(B, C, H, W)`` in [0, 1].
        window: Side of the Gaussian window, odd; its sigma is 1.5 pixels.

    Returns:
        ``(B, C, H, W)`` float32 in [-1, 1]; images are reflected at their borders.

    Raises:
        DataError: If the images are too small for the window.

    Source:
        Wang et al., Image Quality Assessment (2004), equation 13, K1 = 0.01, K2 = 0.03; computed by Kornia.
    """
    from kornia.metrics import ssim

    side = min(first.shape[-2:])
    if side <= window // 2:
        raise DataError(
            f"a window of {window} needs images of at least {window // 2 + 1} pixels, got {side}: shrink it"
        )
    with torch.autocast(first.device.type, enabled=False):
        similarity: Tensor = ssim(first.float(), second.float(), window, max_val=1.0, eps=0.0)
    return similarity


def ssim_loss(reconstruction: Tensor, clean: Tensor, window: int = 11) -> Tensor:
    """Return 1 less the mean structural similarity, a float32 scalar in [0, 2].

    Args:
        reconstruction: ``(B, C, H, W)`` in [0, 1].
        clean: ``(B, C, H, W)`` in [0, 1], the images without defects.
        window: Side of the Gaussian window, odd.

    Raises:
        DataError: If the images are too small for the window.

    Source:
        SGSF, L_SSIM; the window is that of :func:`ssim_map`, on which the paper says nothing.

    Example:
        >>> import torch
        >>> image = torch.rand(1, 3, 16, 16)
        >>> bool(ssim_loss(image, image) < 1e-5)
        True
    """
    return 1 - ssim_map(reconstruction, clean, window).mean()


class SSIM:
    """:func:`ssim_loss` of the outputs' reconstruction.

    Args:
        window: Side of the Gaussian window, in pixels, odd; its sigma is 1.5 pixels.

    Raises:
        OptionError: If the window is even or not positive.
    """

    lower_is_better: ClassVar[bool] = True

    def __init__(self, window: int = 11) -> None:
        if window < 1 or window % 2 == 0:
            raise OptionError(f"window takes an odd number of pixels, got {window!r}: the usual one is 11")
        self.window = window

    def __call__(self, outputs: Outputs, targets: Targets) -> Tensor:
        """Return the loss.

        Raises:
            ComponentError: If the outputs have no reconstruction.
            DataError: If the images are too small for the window.
        """
        return ssim_loss(required_reconstruction(outputs, self), targets.clean, self.window)
