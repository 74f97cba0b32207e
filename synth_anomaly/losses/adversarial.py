"""The two sides of an adversarial game, from logits."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

__all__ = ["discriminator_loss", "generator_loss"]


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Return what a discriminator makes small: ``-E[log D(real)] - E[log(1 - D(fake))]``.

    Args:
        real_logits: ``(B,)``, before the sigmoid.
        fake_logits: ``(B',)``, of anything that is to be told from the real.

    Returns:
        A float32 scalar, 2 log 2 where the discriminator cannot tell.

    Source:
        Goodfellow et al., Generative Adversarial Nets (2014), equation 1, the sign turned; computed from
        logits, which is the same function and stable. AnoSeg's L_cls is this too, with defects for the fake.

    Example:
        >>> import torch
        >>> discriminator_loss(torch.zeros(4), torch.zeros(4))
        tensor(1.3863)
    """
    return F.softplus(-real_logits.float()).mean() + F.softplus(fake_logits.float()).mean()


def generator_loss(fake_logits: Tensor, saturating: bool = False) -> Tensor:
    """Return what a generator makes small: ``-E[log D(fake)]``.

    Args:
        fake_logits: ``(B,)``, before the sigmoid.
        saturating: Whether to return ``E[log(1 - D(fake))]``, the minimax game as papers print it, whose
            gradient vanishes while the discriminator wins; both want the same fakes.

    Returns:
        A float32 scalar.

    Source:
        Goodfellow et al. (2014), end of section 3.

    Example:
        >>> import torch
        >>> generator_loss(torch.zeros(4)), generator_loss(torch.zeros(4), saturating=True)
        (tensor(0.6931), tensor(-0.6931))
    """
    logits = fake_logits.float()
    return -F.softplus(logits).mean() if saturating else F.softplus(-logits).mean()
