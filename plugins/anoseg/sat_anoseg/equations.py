"""The paper's equations, in the paper's notation: maps ``A`` are 1 where an image is normal.

The rest of the toolkit writes 1 for a defect; :mod:`sat_anoseg.networks` converts at the plugin's edge.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from synth_anomaly.losses import discriminator_loss, generator_loss

__all__ = [
    "adversarial_loss",
    "classification_loss",
    "deceiving_loss",
    "feature_loss",
    "image_score",
    "pair",
    "reconstruction_loss",
    "segmentation_loss",
]


def pair(images: Tensor, maps: Tensor | None) -> Tensor:
    """Return ``concat(images, maps)`` along the channels; the images alone where there are no maps."""
    return images if maps is None else torch.cat([images, maps.to(images.dtype)], dim=1)


def segmentation_loss(
    a_seg: Tensor, a_seg_hat: Tensor, kind: Literal["l1", "l2", "cross-entropy"] = "l1"
) -> Tensor:
    """Equation 2, ``L_Seg = E ||A_Seg - Â_Seg||``, as a mean over pixels.

    Args:
        a_seg: ``(B, C, H, W)``, 1 where normal.
        a_seg_hat: Its estimate, likewise.
        kind: The paper prints no norm; ``"l2"`` is the mean square. ``"cross-entropy"`` is no norm and not
            the paper's: a defect that is taken for normal with confidence keeps its gradient.
    """
    truth, estimate = a_seg.float(), a_seg_hat.float()
    if kind == "cross-entropy":
        normal, defect = estimate.clamp(min=1e-6).log(), (1 - estimate).clamp(min=1e-6).log()
        return -(truth * normal + (1 - truth) * defect).mean()
    difference = truth - estimate
    return difference.abs().mean() if kind == "l1" else difference.square().mean()


def adversarial_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Equation 3 for the discriminator, negated so that it is minimised.

    ``-E[log D(concat(x_Seg, A_Seg))] - E[log(1 - D(concat(x̂_Seg, Â_Seg)))]`` from logits. Synthetic defects
    with their true maps are real here. Equation 6 has the same form over normal images alone.

    Args:
        real: ``(B,)`` logits of the real pairs.
        fake: ``(B,)`` logits of the generated pairs.
    """
    return discriminator_loss(real, fake)


def deceiving_loss(fake: Tensor) -> Tensor:
    """Equation 3 (and 6) for the generator: ``-E[log D(concat(x̂_Seg, Â_Seg))]``.

    The non-saturating form; the paper prints the saturating one, whose gradient vanishes early.
    """
    return generator_loss(fake)


def reconstruction_loss(x_seg: Tensor, x_seg_hat: Tensor, a_seg: Tensor) -> Tensor:
    """Equation 4, ``L_Re = E||x_Seg A_Seg - x̂_Seg A_Seg||_1 / E||A_Seg||_1``; 0 where nothing is normal.

    Args:
        x_seg: ``(B, 3, H, W)`` images.
        x_seg_hat: Their reconstructions.
        a_seg: ``(B, 1, H, W)``, 1 where normal; it counts once for each colour in the norm.
    """
    a_seg = a_seg.float()
    difference = ((x_seg.float() - x_seg_hat.float()) * a_seg).abs().sum()
    return difference / (a_seg.sum() * x_seg.shape[1]).clamp(min=1.0)


def classification_loss(real: Tensor, synthetic: Tensor) -> Tensor:
    """Appendix A, ``L_cls``, negated so that the detector's discriminator minimises it.

    ``-E[log(1 - D(concat(x_Ano, A_Ano)))] - E[log D(concat(x_Nor, A_Nor))]`` from logits.

    Args:
        real: ``(B,)`` logits of normal images with their all-normal maps.
        synthetic: ``(B,)`` logits of synthetic defects with their maps.
    """
    return discriminator_loss(real, synthetic)


def feature_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Appendix A, ``L_fea = E||f(concat(x_Nor, A_Nor)) - f(concat(x̂_Nor, Â_Nor))||_2``.

    Args:
        real: ``(B, C, H, W)`` features of the real pairs.
        fake: Features of the generated pairs.
    """
    distances: Tensor = torch.linalg.vector_norm((real.float() - fake.float()).flatten(1), dim=1)
    return distances.mean()


def image_score(
    real: Tensor, fake: Tensor, images: Tensor, reconstructions: Tensor, alpha: float = 1.0, beta: float = 0.1
) -> Tensor:
    """Equation 5, ``alpha MSE(f(x, A_Nor), f(x̂, Â)) + beta MSE(x, x̂)``, ``(B,)``.

    Args:
        real: ``(B, C, H, W)`` features of the image with an all-normal map.
        fake: Features of the reconstruction with the estimated map.
        images: ``(B, 3, H, W)``.
        reconstructions: Likewise.
        alpha: Weight of the features.
        beta: Weight of the reconstruction.
    """
    features = (real.float() - fake.float()).square().flatten(1).mean(dim=1)
    difference = (images.float() - reconstructions.float()).square().flatten(1).mean(dim=1)
    return alpha * features + beta * difference
