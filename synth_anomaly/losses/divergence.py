"""How far a variational encoder's latent lies from the standard normal."""

from __future__ import annotations

from torch import Tensor

__all__ = ["kl_to_standard_normal"]


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return ``KL(N(mean, exp(log_variance)) || N(0, 1))``, summed over each sample's latent.

    Args:
        mean: ``(B, ...)``.
        log_variance: ``(B, ...)``, of the same shape.

    Returns:
        ``(B,)`` float32, at least 0; 0 where the latent is the standard normal.

    Source:
        Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B, the sign turned.

    Example:
        >>> import torch
        >>> kl_to_standard_normal(torch.ones(1, 4), torch.zeros(1, 4))
        tensor([2.])
    """
    mean, log_variance = mean.float(), log_variance.float()
    each = mean.square() + log_variance.exp() - 1 - log_variance
    return 0.5 * each.flatten(1).sum(dim=1)
