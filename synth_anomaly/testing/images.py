"""Small images, and what small images need to be quick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["as_tensor", "one_thread", "random_images"]


def random_images(
    count: int = 6, height: int = 32, width: int = 32, *, seed: int = 0
) -> npt.NDArray[np.uint8]:
    """Return images of noise, uint8 ``(count, height, width, 3)``, as methods take them."""
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def as_tensor(images: npt.NDArray[np.uint8]) -> Tensor:
    """Return uint8 ``(N, H, W, 3)`` as networks see it: float32 ``(N, 3, H, W)`` in [0, 1], contiguous."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().contiguous() / 255


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: at the size of a test, more of them cost more than they save.

    Example:
        >>> import pytest
        >>> @pytest.fixture(autouse=True)
        ... def _one_thread():
        ...     with one_thread():
        ...         yield
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
