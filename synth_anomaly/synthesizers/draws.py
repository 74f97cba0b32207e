"""Drawing numbers on the CPU, from a given generator alone.

They are few, so that what counts is the number of calls: NumPy computes with them, as its calls are shorter.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

__all__ = ["below", "chance", "uniform"]


def uniform(low: float, high: float, count: int, generator: Generator) -> Tensor:
    """Return ``(count,)`` float32, uniform between ``low`` and ``high``."""
    shares = torch.rand(count, generator=generator).numpy()
    return torch.from_numpy(np.float32(low) + np.float32(high - low) * shares)


def below(limits: Tensor | NDArray[np.int64], generator: Generator) -> Tensor:
    """Return int64 of the shape of ``limits``, each uniform in 0, ..., limit - 1.

    Args:
        limits: Integers of at least 1.
        generator: A CPU generator.
    """
    # float32 would round some products up to the limit itself
    shares = torch.rand(limits.shape, generator=generator, dtype=torch.float64).numpy()
    return torch.from_numpy((shares * np.asarray(limits)).astype(np.int64))


def chance(probability: float, count: int, generator: Generator) -> Tensor:
    """Return ``(count,)`` bool, each True with ``probability``."""
    return torch.rand(count, generator=generator) < probability
