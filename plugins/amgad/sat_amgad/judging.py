"""What a discriminator says of real and fake."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["judged"]


def judged(discriminator: nn.Module, *parts: Tensor) -> tuple[Tensor, ...]:
    """Return the logits of each part, ``(B,)``, all judged in one batch.

    Batch normalisation then knows one mixture of real and fake, in training and afterwards. Batches of real
    images alone would give themselves away by their statistics, which no single image has.

    Args:
        discriminator: A :class:`synth_anomaly.backbones.Discriminator`.
        *parts: ``(B, C, H, W)`` each, with B of its own.
    """
    logits: Tensor = discriminator(torch.cat(parts)).logits
    return torch.split(logits, [len(part) for part in parts])
