"""The paper's equations, in the paper's notation: attention maps ``A`` are 1 where an image is normal.

The rest of the toolkit writes 1 for a defect; :mod:`sat_amgad.method` converts at the plugin's edge.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.losses import discriminator_loss, generator_loss, kl_to_standard_normal

__all__ = [
    "AttentionNorm",
    "abnormality",
    "adversarial_loss",
    "attention_loss",
    "concat",
    "deceiving_loss",
    "divergence",
    "gated",
    "negative_log_likelihood",
]

AttentionNorm = Literal["l2", "cross-entropy"]
"""How equation 4 compares a map with the truth: as printed, or (ours) by the cross-entropy."""

_CERTAIN = 1e-6


def concat(images: Tensor, attention: Tensor) -> Tensor:
    """Return ``concat(x, A)`` along the channels: ``(B, 4, H, W)``."""
    return torch.cat([images, attention.to(images.dtype)], dim=1)


def adversarial_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Equations 1 and 2 for the discriminator, negated so that it is minimised.

    ``-E[log D(real)] - E[log(1 - D(fake))]`` from logits. In equation 1 real is ``concat(x_In, A_Nor)`` and
    fake ``concat(x_Re, A_Gen)``; in equation 2 real is ``concat(x_Ano, A_Ano)`` and fake the reconstruction
    of ``x_Ano`` with ``A_Gen^ano``, where the paper prints ``1 - log D`` by a slip. ADGAN's has the same form
    over features.

    Args:
        real: ``(B,)`` logits.
        fake: ``(B,)`` logits.
    """
    return discriminator_loss(real, fake)


def deceiving_loss(fake: Tensor) -> Tensor:
    """Equations 1 and 2 for the generator: ``-E[log D(fake)]``, from logits ``(B,)``.

    The non-saturating form; the paper prints the saturating one, whose gradient vanishes early.
    """
    return generator_loss(fake)


def negative_log_likelihood(x_in: Tensor, x_re: Tensor) -> Tensor:
    """Equation 3, ``L_R(x_In, x_Re)`` of each image, as a mean over its values: ``(B,)`` float32.

    ``-(x log x_Re + (1 - x) log(1 - x_Re))``, the likelihood of CAVGA's variational autoencoder, whose
    structure the paper takes; it prints none of its own.

    Args:
        x_in: ``(B, 3, H, W)`` in [0, 1].
        x_re: Its reconstruction, in [0, 1].
    """
    x, estimate = x_in.float(), x_re.float().clamp(_CERTAIN, 1 - _CERTAIN)
    each = x * estimate.log() + (1 - x) * (1 - estimate).log()
    return -each.flatten(1).mean(dim=1)


def divergence(mean: Tensor, log_variance: Tensor, values: int) -> Tensor:
    """Equation 3, ``KL(q(z|x) || p(z))`` for each of an image's values, as a mean over the batch.

    Divided as :func:`negative_log_likelihood` is, so that the two together are the bound of the likelihood.

    Args:
        mean: ``(B, C, h, w)``, of ``q``.
        log_variance: Likewise.
        values: How many values an image has, ``3 H W``.
    """
    return kl_to_standard_normal(mean, log_variance).mean() / values


def attention_loss(
    a_gen_nor: Tensor, a_nor: Tensor, a_gen_ano: Tensor, a_ano: Tensor, norm: AttentionNorm = "l2"
) -> Tensor:
    """Equation 4, ``E||A_Gen^nor - A_Nor||² + E||A_Gen^ano - A_Ano||²``, each as a mean over pixels.

    Args:
        a_gen_nor: ``(B, 1, H, W)``, the maps generated from normal images.
        a_nor: Their truth.
        a_gen_ano: ``(B', 1, H, W)``, the maps generated from synthetic anomalies.
        a_ano: Their truth.
        norm: ``"cross-entropy"`` is no norm and not the paper's: an anomaly that is taken for normal with
            confidence keeps its gradient.
    """
    return _difference(a_gen_nor, a_nor, norm) + _difference(a_gen_ano, a_ano, norm)


def gated(f_img: Tensor, a_gen: Tensor) -> Tensor:
    """Equation 6, ``F_Nor = F_Img ∘ A_Gen``: ``A_Gen`` is averaged over what a feature covers.

    Args:
        f_img: ``(B, C, h, w)`` features.
        a_gen: ``(B, 1, H, W)``, H and W no smaller than h and w.
    """
    height, width = f_img.shape[-2:]
    return f_img * F.adaptive_avg_pool2d(a_gen, (height, width)).to(f_img.dtype)


def abnormality(logits: Tensor) -> Tensor:
    """Return the score ``1 - D`` as its log-odds, ``log((1 - D) / D)``: the logits, negated.

    Its sigmoid is ``1 - D``, and both rank images alike, but float32 rounds ``1 - D`` to 1 from a logit of
    about -17 on, and near 1 to steps of 6e-8: the surest anomalies would tie. No float32 in [0, 1] can tell
    all logits apart; the log-odds do, so that AUROC is that of ``1 - D`` without those ties.

    Args:
        logits: ``(B,)``, of which ``D`` is the sigmoid.

    Returns:
        ``(B,)`` float32, any number; above 0 where ``1 - D`` is above a half.

    Example:
        >>> import torch
        >>> abnormality(torch.tensor([2.0, -30.0, -40.0]))
        tensor([-2., 30., 40.])
    """
    return -logits.float()


def _difference(estimate: Tensor, truth: Tensor, norm: AttentionNorm) -> Tensor:
    estimate, truth = estimate.float(), truth.float()
    if norm == "l2":
        return (estimate - truth).square().mean()
    normal, defect = estimate.clamp(min=_CERTAIN).log(), (1 - estimate).clamp(min=_CERTAIN).log()
    return -(truth * normal + (1 - truth) * defect).mean()
