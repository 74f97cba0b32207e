"""Drawing numbers on the CPU, from a given generator alone."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

__all__ = ["below", "chance", "uniform"]


def uniform(low: float, high: float, count: int, generator: Generator) -> Tensor:
    """Return ``(count,)`` float32, uniform between ``low`` and ``high``."""
    return low + (high - low) * torch.rand(count, generator=generator)


def below(limits: Tensor, generator: Generator) -> Tensor:
    """Return int64 of the shape of ``limits``, each uniform in 0, ..., limit - 1.

    Args:
        limits: Integers of at least 1.
        generator: A CPU generator.
    """
    # float32 would round some products up to the limit itself
    return (torch.rand(limits.shape, generator=generator, dtype=torch.float64) * limits).long()


def chance(probability: float, count: int, generator: Generator) -> Tensor:
    """Return ``(count,)`` bool, each True with ``probability``."""
    return torch.rand(count, generator=generator) < probability
