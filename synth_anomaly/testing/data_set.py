"""A data set of a few tiny images, on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["write_data_set"]

_SIDE = 40
_HOLE = slice(8, 16)


def write_data_set(root: Path, *categories: str, good: int = 6, seed: int = 0) -> Path:
    """Write images of noise, 40 pixels square, in the layout of MVTec AD, where ``--data`` finds them.

    Each category has ``train/good/0.png`` and so on, ``test/good/0.png``, and ``test/hole/0.png`` with its
    mask.

    Args:
        root: The folder, which is made; what is in it stays.
        categories: What to write.
        good: How many good images to train on.
        seed: Decides the noise.

    Returns:
        ``root``.
    """
    noise = np.random.default_rng(seed)
    for category in categories:
        for place in (*(f"train/good/{number}" for number in range(good)), "test/good/0", "test/hole/0"):
            _write(root / category / f"{place}.png", noise.integers(0, 256, (_SIDE, _SIDE, 3), np.uint8))
        mask = np.zeros((_SIDE, _SIDE), np.uint8)
        mask[_HOLE, _HOLE] = 255
        _write(root / category / "ground_truth" / "hole" / "0_mask.png", mask)
    return root


def _write(path: Path, pixels: npt.NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
