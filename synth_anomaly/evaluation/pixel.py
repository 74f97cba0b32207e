"""How well anomaly maps segment: exact AUROC, AP, AUPRO and best IoU over all pixels of a test set.

Every function takes ``maps``, finite (H_i, W_i) float arrays or one (N, H, W) array, the higher the more
anomalous, and ``masks``, as many bool arrays of the same sizes, True on a defect; raises DataError where
they do not fit together or a score is not finite; and gives nan where a set has no defect pixel or no
good pixel. Ties are one threshold. Memory is one copy of the scores, which is sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from synth_anomaly.errors import OptionError
from synth_anomaly.evaluation.overlap import area_under_pro, region_areas
from synth_anomaly.evaluation.pooling import Maps, Masks, pool_pixels
from synth_anomaly.evaluation.ranking import Ranking, rank_pixels

__all__ = ["PixelMetrics", "pixel_ap", "pixel_aupro", "pixel_auroc", "pixel_iou_max", "pixel_metrics"]


@dataclass(frozen=True, kw_only=True)
class PixelMetrics:
    """Segmentation metrics of a test set, all in [0, 1] but the threshold; nan where undefined.

    Attributes:
        auroc: area under the receiver operating characteristic over pixels.
        ap: average precision over pixels.
        aupro_30: area under the per-region overlap up to a false-positive rate of 0.3, divided by 0.3.
        iou_max: the best intersection over union that any one threshold gives.
        iou_threshold: the threshold that gives it, in the maps' unit; predicted means map >= threshold.
    """

    auroc: float
    ap: float
    aupro_30: float
    iou_max: float
    iou_threshold: float


def pixel_metrics(maps: Maps, masks: Masks) -> PixelMetrics:
    """Return all pixel metrics from one ranking of the pixels.

    Args:
        maps: finite (H_i, W_i) float arrays, or one (N, H, W) array.
        masks: as many bool arrays of the same sizes, True on a defect.

    Returns:
        The metrics; all nan where there is no defect pixel or no good pixel.

    Raises:
        DataError: maps and masks do not fit together, or a score is not finite.

    Example:
        >>> import numpy as np
        >>> mask = np.array([[True, False], [False, False]])
        >>> pixel_metrics([np.array([[0.9, 0.1], [0.2, 0.3]])], [mask])
        PixelMetrics(auroc=1.0, ap=1.0, aupro_30=1.0, iou_max=1.0, iou_threshold=0.9)
    """
    pixels = pool_pixels(maps, masks)
    ranking = rank_pixels(pixels)
    iou_max, iou_threshold = _iou_max(ranking)
    return PixelMetrics(
        auroc=_auroc(ranking),
        ap=_average_precision(ranking),
        aupro_30=area_under_pro(ranking, region_areas(pixels.masks), 0.3),
        iou_max=iou_max,
        iou_threshold=iou_threshold,
    )


def pixel_auroc(maps: Maps, masks: Masks) -> float:
    """Return the probability that a defect pixel scores above a good one, a tie counting half.

    Args:
        maps: finite (H_i, W_i) float arrays, or one (N, H, W) array.
        masks: as many bool arrays of the same sizes, True on a defect.

    Returns:
        The area in [0, 1], equal to ``sklearn.metrics.roc_auc_score`` of the pixels; nan where undefined.

    Raises:
        DataError: maps and masks do not fit together, or a score is not finite.
    """
    return _auroc(rank_pixels(pool_pixels(maps, masks)))


def pixel_ap(maps: Maps, masks: Masks) -> float:
    """Return the average precision over pixels: precision summed over the steps of recall.

    Args:
        maps: finite (H_i, W_i) float arrays, or one (N, H, W) array.
        masks: as many bool arrays of the same sizes, True on a defect.

    Returns:
        The mean in (0, 1], equal to ``sklearn.metrics.average_precision_score``; nan where undefined.

    Raises:
        DataError: maps and masks do not fit together, or a score is not finite.
    """
    return _average_precision(rank_pixels(pool_pixels(maps, masks)))


def pixel_aupro(maps: Maps, masks: Masks, max_fpr: float = 0.3) -> float:
    """Return the area under the per-region overlap up to a false-positive rate, divided by that rate.

    Args:
        maps: finite (H_i, W_i) float arrays, or one (N, H, W) array.
        masks: as many bool arrays of the same sizes; each 8-connected group of True is one region.
        max_fpr: where the curve is cut, in (0, 1], as a share of all good pixels of all images.

    Returns:
        The area in [0, 1]; nan where undefined.

    Raises:
        DataError: maps and masks do not fit together, or a score is not finite.
        OptionError: max_fpr is outside (0, 1].

    Source:
        Bergmann et al., "The MVTec Anomaly Detection Dataset", IJCV 2021; see ``area_under_pro``.
    """
    if not 0.0 < max_fpr <= 1.0:
        raise OptionError(f"expected max_fpr in (0, 1], got {max_fpr!r}; pass max_fpr=0.3, the usual limit")
    pixels = pool_pixels(maps, masks)
    return area_under_pro(rank_pixels(pixels), region_areas(pixels.masks), max_fpr)


def pixel_iou_max(maps: Maps, masks: Masks) -> tuple[float, float]:
    """Return the best intersection over union that one threshold for all maps gives, and that threshold.

    The threshold is chosen on the masks it is judged by, so this is an upper bound, not a result in use.

    Args:
        maps: finite (H_i, W_i) float arrays, or one (N, H, W) array.
        masks: as many bool arrays of the same sizes, True on a defect.

    Returns:
        The IoU in (0, 1] over the pixels of all images together, and the highest threshold that gives
        it with map >= threshold; both nan where undefined.

    Raises:
        DataError: maps and masks do not fit together, or a score is not finite.
    """
    return _iou_max(rank_pixels(pool_pixels(maps, masks)))


def _auroc(ranking: Ranking) -> float:
    if not ranking.has_both_classes:
        return nan
    # Twice the Mann-Whitney statistic is a whole number: the only rounding is the division.
    halves_won = 2 * (ranking.negatives - ranking.false_positives) + ranking.tied_negatives
    return int(np.dot(ranking.tied_positives, halves_won)) / (2 * ranking.positives * ranking.negatives)


def _average_precision(ranking: Ranking) -> float:
    if not ranking.has_both_classes:
        return nan
    precision = ranking.true_positives / (ranking.true_positives + ranking.false_positives)
    return float(np.dot(ranking.tied_positives, precision)) / ranking.positives


def _iou_max(ranking: Ranking) -> tuple[float, float]:
    if not ranking.has_both_classes:
        return nan, nan
    iou = ranking.true_positives / (ranking.positives + ranking.false_positives)
    best = iou.size - 1 - int(np.argmax(iou[::-1]))
    return float(iou[best]), float(ranking.thresholds[best])
