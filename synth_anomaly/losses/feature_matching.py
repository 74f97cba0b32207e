"""How far a discriminator's features of two batches lie apart."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["feature_distance", "feature_matching_loss"]


def feature_matching_loss(real_features: Tensor, fake_features: Tensor) -> Tensor:
    """Return the L2 norm of each sample's difference, as a mean over the batch.

    Args:
        real_features: ``(B, ...)``.
        fake_features: ``(B, ...)``, of the same shape.

    Returns:
        A float32 scalar; it grows with the square root of the number of features.

    Source:
        AnoSeg, L_fea: the norm itself, not its square.

    Example:
        >>> import torch
        >>> feature_matching_loss(torch.zeros(2, 4), torch.ones(2, 4))
        tensor(2.)
    """
    difference = real_features.float() - fake_features.float()
    norms: Tensor = torch.linalg.vector_norm(difference.flatten(1), dim=1)
    return norms.mean()


def feature_distance(real_features: Tensor, fake_features: Tensor) -> Tensor:
    """Return each sample's mean squared difference.

    Args:
        real_features: ``(B, ...)``.
        fake_features: ``(B, ...)``, of the same shape.

    Returns:
        ``(B,)`` float32.

    Source:
        AnoSeg, equation 5, both its terms: features, and images.

    Example:
        >>> import torch
        >>> feature_distance(torch.zeros(2, 4), torch.full((2, 4), 3.0))
        tensor([9., 9.])
    """
    return (real_features.float() - fake_features.float()).square().flatten(1).mean(dim=1)
