"""Prototypes of good features: what k-means finds, and the nearest of them."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

__all__ = ["nearest", "sample_cells", "select_prototypes"]

_CELLS_AN_IMAGE = 128
_ROUNDS = 6
_ROWS = 16_384


def sample_cells(features: Tensor, generator: Generator) -> Tensor:
    """Return some feature vectors of each image, at random places.

    Args:
        features: ``(B, C, H, W)``.
        generator: A CPU generator; images one after the other give what they give in batches.

    Returns:
        ``(N, C)``; at most 128 an image.
    """
    cells = features.flatten(2).movedim(1, 2)
    drawn = [
        torch.randperm(cells.shape[1], generator=generator, device="cpu")[:_CELLS_AN_IMAGE] for _ in cells
    ]
    return torch.cat([image[places.to(cells.device)] for image, places in zip(cells, drawn, strict=True)])


def select_prototypes(cells: Tensor, count: int) -> Tensor:
    """Return the means of ``count`` clusters of feature vectors, or all vectors where there are no more.

    Args:
        cells: ``(N, C)`` float32, in random order: the first are where the clusters begin.
        count: How many to find.

    Returns:
        ``(min(count, N), C)``.

    Source:
        Lloyd, Least squares quantization in PCM (1982), six rounds; a cluster that loses its last vector
        stays where it was.
    """
    means = cells[:count].clone()
    if len(cells) <= count:
        return means
    for _ in range(_ROUNDS):
        rows = _nearest_rows(cells, means)
        sums = torch.zeros_like(means).index_add_(0, rows, cells)
        sizes = torch.zeros(len(means), device=cells.device).index_add_(
            0, rows, torch.ones_like(rows).float()
        )
        means = torch.where(sizes[:, None] > 0, sums / sizes.clamp(min=1)[:, None], means)
    return means


def nearest(cells: Tensor, prototypes: Tensor) -> Tensor:
    """Return the prototype nearest to each feature vector.

    Args:
        cells: ``(..., C)``.
        prototypes: ``(K, C)``.
    """
    rows = _nearest_rows(cells.reshape(-1, cells.shape[-1]), prototypes)
    return prototypes[rows].reshape(cells.shape)


def _nearest_rows(cells: Tensor, prototypes: Tensor) -> Tensor:
    # |c - p|^2 without |c|^2, which is the same for every prototype
    half = prototypes.square().sum(dim=1) / 2
    return torch.cat(
        [torch.addmm(half, part, prototypes.T, alpha=-1).argmin(dim=1) for part in torch.split(cells, _ROWS)]
    )
