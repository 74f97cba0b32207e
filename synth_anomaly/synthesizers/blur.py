"""Gaussian blurs, each map by its own width."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["gaussian_blur"]


def gaussian_blur(maps: Tensor, sigmas: Tensor) -> Tensor:
    """Blur each map by its own width, as two matrix products a batch.

    Outside the image nothing is added: the kernel is cut at the border and sums to 1 there as well.

    Args:
        maps: ``(B, C, H, W)`` float.
        sigmas: ``(B,)`` standard deviations in pixels; 0 leaves a map as it is.
    """
    height, width = maps.shape[2:]
    down, across = _kernels(height, sigmas), _kernels(width, sigmas)
    return down[:, None] @ maps @ across[:, None].transpose(2, 3)


def _kernels(length: int, sigmas: Tensor) -> Tensor:
    """Return ``(B, length, length)``, whose row i holds the weights of pixel i."""
    place = torch.arange(length, device=sigmas.device, dtype=torch.float32)
    distance = (place[:, None] - place).square()
    exponents = -distance / (2 * sigmas.float().clamp(min=0.05).square())[:, None, None]
    # far weights would be denormal, and products of those take a CPU twenty times as long
    kernels = exponents.clamp_(min=-40).exp_()
    kernels.masked_fill_(kernels < 5e-18, 0.0)
    return kernels.div_(kernels.sum(dim=2, keepdim=True))
