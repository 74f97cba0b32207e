"""Reading images at other places, once: every warp ends in one resampling."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["pixel_places", "warp"]


def pixel_places(length: int, device: torch.device) -> Tensor:
    """Return the centres of the pixels of one axis, ``(length,)`` float32, where the image spans -1 to 1."""
    return (2 * torch.arange(length, device=device, dtype=torch.float32) + 1) / length - 1


def warp(content: Tensor, across: tuple[Tensor, Tensor], down: tuple[Tensor, Tensor]) -> Tensor:
    """Return content whose pixels are read elsewhere, bilinearly; what lies outside is reflected.

    Args:
        content: ``(B, C, H, W)``.
        across: Where a pixel is read along the width, the image spanning -1 to 1: the sum of two tensors that
            broadcast to ``(B, H, W)`` float32.
        down: The same along the height.
    """
    if not content.numel():
        return content
    count, _, height, width = content.shape
    grid = torch.empty(count, height, width, 2, device=content.device)
    # written in place: to stack two tensors pixel by pixel takes twice as long
    torch.add(*across, out=grid[..., 0])
    torch.add(*down, out=grid[..., 1])
    read = F.grid_sample(content.float(), grid, padding_mode="reflection", align_corners=False)
    return read.to(content.dtype)
