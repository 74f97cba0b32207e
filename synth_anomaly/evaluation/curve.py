"""Intersection over union at any thresholds, from one sort instead of one pass a threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synth_anomaly.errors import DataError
from synth_anomaly.evaluation.pooling import FloatArray, Maps, Masks, pool_pixels

__all__ = ["iou_curve"]


def iou_curve(maps: Maps, masks: Masks, thresholds: ArrayLike) -> NDArray[np.float64]:
    """Return the IoU of map >= threshold with the mask, over all pixels of all images, for each threshold.

    Args:
        maps: finite (H_i, W_i) float arrays, or one (N, H, W) array; the higher the more anomalous.
        masks: as many bool arrays of the same sizes, True on a defect.
        thresholds: numbers in the maps' unit, in any shape and order; infinities are allowed.

    Returns:
        TP / (TP + FP + FN) in [0, 1], in the shape of ``thresholds``; nan where nothing is predicted
        and there is no defect pixel.

    Raises:
        DataError: maps and masks do not fit together, a score is not finite, or a threshold is nan.

    Example:
        >>> import numpy as np
        >>> mask = np.array([[True, False], [False, False]])
        >>> iou_curve([np.array([[0.9, 0.1], [0.2, 0.3]])], [mask], [0.2, 0.3, 0.5])
        array([0.33333333, 0.5       , 1.        ])
    """
    wanted = np.asarray(thresholds, dtype=np.float64)
    if np.isnan(wanted).any():
        raise DataError("expected thresholds that are numbers, got a nan; leave it out")
    pixels = pool_pixels(maps, masks)
    limits = _round_up(wanted, pixels.sorted_scores.dtype)
    predicted = pixels.sorted_scores.size - np.searchsorted(pixels.sorted_scores, limits)
    defect_scores = np.sort(pixels.defect_scores)
    true_positives = defect_scores.size - np.searchsorted(defect_scores, limits)
    union = np.asarray(defect_scores.size + predicted - true_positives)
    iou = np.full(union.shape, np.nan)
    np.divide(true_positives, union, out=iou, where=union > 0)
    return iou


def _round_up(thresholds: NDArray[np.float64], dtype: np.dtype[Any]) -> FloatArray:
    """Return the least numbers of dtype that are >= the thresholds: the same pixels reach them.

    Comparing in the scores' own dtype spares a copy of all scores in float64.
    """
    with np.errstate(over="ignore"):
        rounded = thresholds.astype(dtype)
        up: FloatArray = np.where(rounded < thresholds, np.nextafter(rounded, dtype.type(np.inf)), rounded)
    return up
