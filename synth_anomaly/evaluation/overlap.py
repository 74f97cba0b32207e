"""The per-region overlap of MVTec AD: every defect region counts alike, whatever its size."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_anomaly.evaluation.ranking import Ranking

__all__ = ["area_under_pro", "region_areas"]


def region_areas(masks: Iterable[NDArray[np.bool_]]) -> NDArray[np.intp]:
    """Return, for every defect pixel, the area of its region.

    Args:
        masks: contiguous (H_i, W_i) bool arrays, True on a defect. Pixels that touch by a side or a
            corner (8-connected) are one region.

    Returns:
        (P,) areas in pixels, image by image, row by row.
    """
    areas = [np.zeros(0, dtype=np.intp)]
    for mask in masks:
        if mask.any():
            _, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
            labels_of_pixels = labels[mask]
            areas.append(np.bincount(labels_of_pixels)[labels_of_pixels])
    return np.concatenate(areas)


def area_under_pro(ranking: Ranking, areas: NDArray[np.intp], max_fpr: float) -> float:
    """Return the normalised area under the curve of per-region overlap over false-positive rate.

    Args:
        ranking: the counts of a test set.
        areas: (P,) area of every defect pixel's region, in pixels, in the order of ``ranking.group``.
        max_fpr: where the curve is cut, in (0, 1]; the overlap there is interpolated linearly.

    Returns:
        The area divided by ``max_fpr``, in [0, 1]; nan without defect pixels or without good ones.

    Source:
        Bergmann et al., "The MVTec Anomaly Detection Dataset", IJCV 2021, section 5.1.2, and the dataset's
        evaluation code. Here the curve is evaluated at the defect pixels' scores alone, between which
        it is a straight line, so the area is the same.
    """
    if not ranking.has_both_classes:
        return nan
    fpr, overlap = _pro_curve(ranking, areas)
    inside = int(np.searchsorted(fpr, max_fpr, side="right"))
    fpr_cut, overlap_cut = fpr[:inside], overlap[:inside]
    if inside < fpr.size:
        step = (max_fpr - fpr[inside - 1]) / (fpr[inside] - fpr[inside - 1])
        at_limit = overlap[inside - 1] + step * (overlap[inside] - overlap[inside - 1])
        fpr_cut, overlap_cut = np.append(fpr_cut, max_fpr), np.append(overlap_cut, at_limit)
    return float(np.trapezoid(overlap_cut, fpr_cut)) / max_fpr


def _pro_curve(ranking: Ranking, areas: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of the curve as (2K + 2,) false-positive rates and overlaps, from (0, 0) to (1, 1).

    A threshold gives two corners: just above it, and at it with all its ties.
    """
    gained = np.bincount(ranking.group, weights=1.0 / areas)[::-1]
    covered = np.cumsum(gained)
    # Divided by its own last value, not by the count of regions: the curve then ends at exactly 1.
    overlap = covered / covered[-1]
    corners = 2 * overlap.size + 2
    fpr_of_corners, overlap_of_corners = np.ones(corners), np.zeros(corners)
    fpr_of_corners[0] = 0.0
    fpr_of_corners[1:-1:2] = (ranking.false_positives - ranking.tied_negatives)[::-1] / ranking.negatives
    fpr_of_corners[2:-1:2] = ranking.false_positives[::-1] / ranking.negatives
    overlap_of_corners[2::2] = overlap
    overlap_of_corners[3::2] = overlap
    return fpr_of_corners, overlap_of_corners
