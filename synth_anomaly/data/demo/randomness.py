"""Random generators by name, so that every picture can be drawn alone and in any order."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["generators"]


def generators(seed: int, names: tuple[str, ...], index: int, count: int) -> list[np.random.Generator]:
    """Return `count` independent generators for one picture.

    Args:
        seed: The data set's seed, 0 or more.
        names: What the picture is, such as category, split and defect.
        index: Which one of its kind, 0 or more.
        count: How many generators.
    """
    words = [zlib.crc32(name.encode()) for name in names]  # hash() would differ from process to process
    children = np.random.SeedSequence([seed, *words, index]).spawn(count)
    return [np.random.default_rng(child) for child in children]
