"""Images as 256 levels: made, counted, and looked up in tables."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["LEVELS", "as_levels", "count_levels", "counts_through", "identity_tables", "look_up"]

LEVELS = 256


def as_levels(content: Tensor) -> Tensor:
    """Return content in [0, 1] as uint8, rounded to the nearest of 256 levels."""
    return content.float().mul(LEVELS - 1).add_(0.5).short().to(torch.uint8).contiguous()


def identity_tables(count: int, device: torch.device) -> Tensor:
    """Return ``(count, 3, 256)`` float32: the table of each channel that changes nothing."""
    return torch.arange(LEVELS, dtype=torch.float32, device=device).repeat(count, 3, 1)


def look_up(levels: Tensor, tables: Tensor, image: Tensor) -> Tensor:
    """Return what tables hold at each level.

    Args:
        levels: uint8 ``(N, 3, h, w)``.
        tables: ``(B, 3, 256)`` of any type.
        image: ``(N,)`` int64, whose tables.

    Returns:
        ``(N, 3, h, w)`` of the tables' type.
    """
    # 32 bits, which are half the memory of the usual index and the better part of the time
    channels = torch.arange(3, dtype=torch.int32, device=levels.device) * LEVELS
    starts = image.int()[:, None] * (3 * LEVELS) + channels
    index = levels.flatten(2).int().add_(starts[:, :, None])
    return tables.reshape(-1).index_select(0, index.view(-1)).view(levels.shape)


def count_levels(levels: Tensor) -> Tensor:
    """Return how many pixels have each level, int32 ``(B, 3, 256)``, of uint8 ``(B, 3, H, W)``."""
    # not bincount, which waits for the device
    pixels = levels.flatten(2).long()
    counts = torch.zeros((len(levels), 3, LEVELS), dtype=torch.int32, device=levels.device)
    return counts.scatter_add_(2, pixels, counts.new_ones(1).expand(pixels.shape))


def counts_through(counts: Tensor, tables: Tensor) -> Tensor:
    """Return the counts after the levels have been looked up in ``tables``, which hold whole numbers."""
    return torch.zeros_like(counts).scatter_add_(2, tables.long(), counts)
