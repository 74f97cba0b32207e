"""How well one score an image tells defective images from good ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synth_anomaly.errors import DataError

__all__ = ["ImageMetrics", "image_metrics"]


@dataclass(frozen=True, kw_only=True)
class ImageMetrics:
    """Detection metrics of a test set, all in [0, 1] but the threshold; nan where undefined.

    Attributes:
        auroc: area under the receiver operating characteristic over images.
        ap: average precision over images.
        f1_max: the best F1 that any one threshold gives.
        f1_threshold: the highest threshold that gives it; predicted means score >= threshold.
        tpr: share of the defective images that are predicted, at that threshold.
        tnr: share of the good images that are not, there.
        accuracy: share of all images that are judged rightly, there.
        mean_accuracy: mean of the two shares, there.
        accuracy_max: the best share of images judged rightly that any one threshold gives, one above every
            score included: where nearly all images are of one kind it is high whatever the scores are.
    """

    auroc: float
    ap: float
    f1_max: float
    f1_threshold: float
    tpr: float
    tnr: float
    accuracy: float
    mean_accuracy: float
    accuracy_max: float


def image_metrics(scores: ArrayLike, labels: ArrayLike) -> ImageMetrics:
    """Return the image metrics of a test set.

    The F1 threshold is chosen on the labels it is judged by, so F1 is an upper bound, not a result in use; so
    are the shares and accuracies at that threshold, and so is the best accuracy.

    Args:
        scores: (N,) finite numbers, the higher the more anomalous.
        labels: (N,) bool, True for a defective image.

    Returns:
        The metrics; all nan where the images are all good, all defective, or none.

    Raises:
        DataError: shapes that differ or are not (N,), labels that are not bool, scores that are not finite.

    Example:
        >>> image_metrics([0.1, 0.4, 0.9], [False, False, True])
        ImageMetrics(auroc=1.0, ap=1.0, f1_max=1.0, f1_threshold=0.9, tpr=1.0, tnr=1.0, accuracy=1.0, \
mean_accuracy=1.0, accuracy_max=1.0)
    """
    score_array, label_array = _checked(np.asarray(scores), np.asarray(labels))
    if label_array.all() or not label_array.any():
        return ImageMetrics(
            auroc=nan,
            ap=nan,
            f1_max=nan,
            f1_threshold=nan,
            tpr=nan,
            tnr=nan,
            accuracy=nan,
            mean_accuracy=nan,
            accuracy_max=nan,
        )
    # Imported here: scikit-learn is slow to import, and training should not wait for it.
    from sklearn.metrics import average_precision_score, roc_auc_score

    f1_max, f1_threshold = _f1_max(score_array, label_array)
    predicted = score_array >= f1_threshold
    tpr, tnr = float(predicted[label_array].mean()), float(1 - predicted[~label_array].mean())
    return ImageMetrics(
        auroc=float(roc_auc_score(label_array, score_array)),
        ap=float(average_precision_score(label_array, score_array)),
        f1_max=f1_max,
        f1_threshold=f1_threshold,
        tpr=tpr,
        tnr=tnr,
        accuracy=float((predicted == label_array).mean()),
        mean_accuracy=(tpr + tnr) / 2,
        accuracy_max=_accuracy_max(score_array, label_array),
    )


def _checked(scores: NDArray[Any], labels: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return both as (N,) arrays, or raise DataError."""
    if scores.ndim != 1 or scores.shape != labels.shape:
        raise DataError(
            f"expected scores and labels of one shape (N,), got {scores.shape} and {labels.shape}; "
            "pass one score and one label an image"
        )
    if scores.size == 0:
        return np.zeros(0), np.zeros(0, dtype=np.bool_)
    if labels.dtype != np.bool_:
        raise DataError(f"expected bool labels, got dtype {labels.dtype}; pass labels > 0")
    if scores.dtype.kind not in "fiu":
        raise DataError(
            f"expected scores that are numbers, got dtype {scores.dtype}; pass one float an image"
        )
    if not np.isfinite(scores).all():
        index = int(np.flatnonzero(~np.isfinite(scores))[0])
        raise DataError(
            f"expected finite scores, got {float(scores[index])!r} for image {index}; "
            "look for a nan or inf in that image's anomaly map"
        )
    return scores.astype(np.float64), labels


def _f1_max(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the best F1 over all thresholds and the highest threshold that gives it."""
    thresholds = np.unique(scores)[::-1]
    defective = np.sort(scores[labels])
    true_positives = defective.size - np.searchsorted(defective, thresholds)
    predicted = scores.size - np.searchsorted(np.sort(scores), thresholds)
    f1 = 2 * true_positives / (defective.size + predicted)
    best = int(np.argmax(f1))
    return float(f1[best]), float(thresholds[best])


def _accuracy_max(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """Return the best accuracy over all thresholds, one above every score included."""
    thresholds = np.append(np.unique(scores), np.inf)
    defective, good = np.sort(scores[labels]), np.sort(scores[~labels])
    found = defective.size - np.searchsorted(defective, thresholds)
    passed = np.searchsorted(good, thresholds)
    return float((found + passed).max() / scores.size)
