"""Which good images train, and which ones validate."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from synth_anomaly.errors import DataError

__all__ = ["split_normals"]

_SPLIT = 0x5350  # keeps this draw apart from others of the same seed


def split_normals(count: int, validation: float, seed: int) -> tuple[Tensor, Tensor]:
    """Split the rows of the training set.

    Args:
        count: How many good images there are.
        validation: Share to hold out, in [0, 1). Above 0 at least one image is held out, and at least
            one is always left to train on.
        seed: 0 or more; the same seed gives the same split.

    Returns:
        Rows to train on and rows to validate on, int64, each in ascending order.

    Raises:
        DataError: If a number is out of range, or there are too few images to split.

    Example:
        >>> train, validation = split_normals(100, 0.05, seed=0)
        >>> len(train), len(validation)
        (95, 5)
    """
    if not 0 <= validation < 1:
        raise DataError(f"expected a validation share in [0, 1), got {validation!r}: 0.05 holds out 5%")
    if seed < 0:
        raise DataError(f"expected a seed of 0 or more, got {seed!r}: choose another")
    if count < (2 if validation else 1):
        raise DataError(
            f"expected at least {2 if validation else 1} good images, got {count}: add images"
            + (", or hold none out with validation=0" if validation else "")
        )
    held_out = min(count - 1, max(1, round(count * validation))) if validation else 0
    order = np.random.default_rng([seed, _SPLIT]).permutation(count)
    rows = torch.from_numpy(order.astype(np.int64))
    return rows[held_out:].sort().values, rows[:held_out].sort().values
