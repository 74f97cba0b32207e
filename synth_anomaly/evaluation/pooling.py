"""Anomaly maps and masks of many images, checked and pooled into the arrays that the metrics rank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from synth_anomaly.errors import DataError

__all__ = ["FloatArray", "Maps", "Masks", "PooledPixels", "pool_pixels"]

FloatArray: TypeAlias = NDArray[np.floating[Any]]
Maps: TypeAlias = Iterable[FloatArray] | FloatArray
Masks: TypeAlias = Iterable[NDArray[np.bool_]] | NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class PooledPixels:
    """The pixels of a whole test set; M pixels, P of them defective.

    Attributes:
        sorted_scores: (M,) float32 or float64, the scores of all pixels, ascending.
        defect_scores: (P,) of the same dtype, the scores of the defect pixels, image by image, row by row.
        masks: the masks as contiguous (H_i, W_i) bool arrays, True on a defect.
    """

    sorted_scores: FloatArray
    defect_scores: FloatArray
    masks: tuple[NDArray[np.bool_], ...]


def pool_pixels(maps: Maps, masks: Masks) -> PooledPixels:
    """Check maps and masks and pool their pixels, with one sort of all scores.

    Args:
        maps: (H_i, W_i) float16, float32 or float64 arrays, finite, or one (N, H, W) array; the higher
            a score the more anomalous the pixel. Sizes may differ between images.
        masks: as many bool arrays of the same sizes, True on a defect.

    Returns:
        The pooled pixels: float64 where any map is float64, else float32. No score is rounded.

    Raises:
        DataError: no map at all, counts or shapes that differ, a wrong dtype, or a score that is not finite.
    """
    map_list = [np.asarray(scores) for scores in maps]
    mask_list = [np.asarray(mask) for mask in masks]
    if not map_list or len(map_list) != len(mask_list):
        raise DataError(
            f"expected one mask for every map, got {len(map_list)} maps and {len(mask_list)} masks; "
            "pass one mask an image, all False where an image is good"
        )
    for index, (scores, mask) in enumerate(zip(map_list, mask_list, strict=True)):
        _check_map(index, scores)
        _check_mask(index, mask, scores.shape)
    dtype = np.result_type(np.float32, *{scores.dtype for scores in map_list})
    pooled = np.concatenate([scores.ravel() for scores in map_list], dtype=dtype)
    # One sort of everything, by numpy's vectorised float sort, beats every way of leaving pixels out of it.
    pooled.sort()
    defect_scores = [scores[mask] for scores, mask in zip(map_list, mask_list, strict=True)]
    return PooledPixels(
        sorted_scores=pooled,
        defect_scores=np.concatenate(defect_scores, dtype=dtype),
        masks=tuple(np.ascontiguousarray(mask) for mask in mask_list),
    )


def _check_map(index: int, scores: FloatArray) -> None:
    """Raise DataError unless scores is a finite (H, W) float array."""
    if scores.ndim != 2:
        raise DataError(
            f"expected maps of shape (H, W), got map {index} of shape {scores.shape}; "
            "pass a list of (H, W) arrays or one (N, H, W) array"
        )
    if scores.dtype not in (np.float16, np.float32, np.float64):
        raise DataError(
            f"expected float maps, got map {index} of dtype {scores.dtype}; pass map.astype(numpy.float32)"
        )
    if not np.isfinite(scores).all():
        count = scores.size - np.count_nonzero(np.isfinite(scores))
        raise DataError(
            f"expected finite scores, got map {index} with {count} nan or inf of {scores.size}; "
            "look for a network that diverged, or for a division by zero in the map"
        )


def _check_mask(index: int, mask: NDArray[np.bool_], shape: tuple[int, ...]) -> None:
    """Raise DataError unless mask is a bool array of that shape."""
    if mask.shape != shape:
        raise DataError(
            f"expected mask {index} of its map's shape {shape}, got {mask.shape}; "
            "resize the map to the mask, never the mask to the map"
        )
    if mask.dtype != np.bool_:
        raise DataError(f"expected bool masks, got mask {index} of dtype {mask.dtype}; pass mask > 0")
