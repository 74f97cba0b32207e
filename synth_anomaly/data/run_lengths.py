"""Masks as COCO's run lengths: column by column, how many pixels are good, defective, good again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_anomaly.interfaces import Size

__all__ = ["decoded_runs"]


def decoded_runs(runs: Mapping[str, Any], size: Size) -> npt.NDArray[np.uint8]:
    """Return the mask that run lengths describe.

    Args:
        runs: ``size`` as height and width, and ``counts`` as numbers or as COCO's compressed text.
        size: Height and width that it must have.

    Returns:
        uint8 (H, W), 1 is marked.

    Raises:
        ValueError: If it is of another size, or its runs do not fill it.

    Example:
        >>> decoded_runs({"size": [2, 2], "counts": [1, 2, 1]}, (2, 2)).tolist()
        [[0, 1], [1, 0]]
    """
    counts = runs["counts"]
    lengths = list(_unpacked(counts)) if isinstance(counts, str) else [int(count) for count in counts]
    if tuple(runs["size"]) != tuple(size) or sum(lengths) != size[0] * size[1] or min(lengths) < 0:
        raise ValueError(f"runs over {sum(lengths)} pixels of size {runs['size']}")
    values = np.repeat(np.arange(len(lengths)) % 2, lengths)
    return np.ascontiguousarray(values.astype(np.uint8).reshape(size[::-1]).T)


def _unpacked(text: str) -> Iterator[int]:
    """Yield the numbers of COCO's compressed text.

    Each character holds five bits and whether more follow; from the fourth number on, each is a difference
    from the one before the last.

    Source: https://github.com/cocodataset/cocoapi, common/maskApi.c, ``rleFrString``.
    """
    before: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        if len(before) > 2:
            value += before[-2]
        before.append(value)
        yield value
        value = shift = 0
