"""The colours of a background: a few clusters, each a Gaussian."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["distance_to_clusters"]

_ROUNDS = 10
_SMALLEST = 0.02  # share of the background below which a cluster is chance
_DEVIATION = 0.02  # least standard deviation of a colour, or a spotless background would exclude itself


def distance_to_clusters(colours: Tensor, background: Tensor, clusters: int) -> Tensor:
    """Return how far colours are from the nearest cluster of a background, in its standard deviations.

    Args:
        colours: ``(B, P, 3)`` in [0, 1].
        background: ``(B, Q, 3)``, Q at least 1.
        clusters: How many clusters to look for.

    Returns:
        ``(B, P)``, Mahalanobis distances.
    """
    weights = F.one_hot(_members(background, clusters), clusters).float()
    distances = [_distance(colours, background, weights[..., cluster]) for cluster in range(clusters)]
    return torch.stack(distances).amin(dim=0)


def _members(colours: Tensor, clusters: int) -> Tensor:
    """Return to which cluster each colour ``(B, Q, 3)`` belongs, by k-means from quantiles of brightness."""
    order = colours.sum(dim=2).argsort(dim=1)
    places = [int((cluster + 0.5) / clusters * colours.shape[1]) for cluster in range(clusters)]
    centres = colours.gather(1, order[:, places, None].expand(-1, -1, 3))
    for _ in range(_ROUNDS):
        weights = F.one_hot(_nearest(colours, centres), clusters).float()
        total = weights.sum(dim=1)[..., None]
        centres = torch.where(total > 0, weights.mT @ colours / total.clamp(min=1), centres)
    return _nearest(colours, centres)


def _nearest(colours: Tensor, centres: Tensor) -> Tensor:
    return (colours[:, :, None] - centres[:, None]).square().sum(dim=3).argmin(dim=2)


def _distance(colours: Tensor, background: Tensor, weight: Tensor) -> Tensor:
    """Return the distance to one cluster, whose members have weight 1; infinite from a tiny one."""
    total = weight.sum(dim=1)[:, None, None]
    weights = weight[..., None] / total.clamp(min=1)
    centre = (weights * background).sum(dim=1, keepdim=True)
    spread = background - centre
    floor = _DEVIATION**2 * torch.eye(3, device=colours.device)
    inverse = torch.linalg.inv((weights * spread).mT @ spread + floor)
    offset = colours - centre
    squared = (offset @ inverse * offset).sum(dim=2)
    exists = total[:, :, 0] >= _SMALLEST * background.shape[1]
    return torch.where(exists, squared.clamp(min=0).sqrt(), torch.inf)
