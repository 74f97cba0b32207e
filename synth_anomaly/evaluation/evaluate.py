"""What a method's maps and scores are worth on a test set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from math import nan

import numpy as np
import numpy.typing as npt

from synth_anomaly.data import ScoreSize, Skipped, load_test
from synth_anomaly.errors import DataError
from synth_anomaly.evaluation.gaps import gap_notes, undefined_figures
from synth_anomaly.evaluation.image import image_metrics
from synth_anomaly.evaluation.pixel import PixelMetrics, pixel_metrics
from synth_anomaly.evaluation.removal import Removal, removal_of
from synth_anomaly.evaluation.resizing import map_peaks, resize_map
from synth_anomaly.interfaces import Prediction, Sample, Size

__all__ = ["METRICS", "Evaluation", "evaluate", "with_truth"]

METRICS = (
    "image_auroc",
    "image_auroc_map_max",
    "image_ap",
    "image_f1_max",
    "image_tpr",
    "image_tnr",
    "image_accuracy",
    "image_mean_accuracy",
    "image_accuracy_max",
    "pixel_auroc",
    "pixel_ap",
    "pixel_aupro_30",
    "pixel_iou_max",
)
"""The figures of a run, in the order they are written."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A test set's predictions and figures.

    Attributes:
        metrics: By the names in :data:`METRICS`, in [0, 1]; nan where a figure is undefined.
        iou_threshold: The threshold at which the IoU is highest, in the map's units.
        f1_threshold: The threshold at which the images' F1 is highest, in the scores' units.
        score_size: ``"input"`` or ``"native"``: the size at which maps and masks were compared.
        samples: The images, in order.
        scores: ``(N,)`` the method's own image scores.
        map_max: ``(N,)`` the highest value of each map as the method made it, at the input size.
        maps: Anomaly maps at the size they were compared at, float32 ``(H, W)`` each.
        masks: The truth, bool ``(H, W)`` each, None for a defective image without a mask; None where no
            defective image has one.
        skipped: What was left out, and why.
        notes: What a reader should know of how images and masks were read, a line each.
        undefined: Why figures that are nan are, by their names.
        removal: What reconstructions leave of the defects whose clean twins the data set knows.
    """

    metrics: dict[str, float]
    iou_threshold: float
    f1_threshold: float
    score_size: ScoreSize
    samples: tuple[Sample, ...]
    scores: npt.NDArray[np.float32]
    map_max: npt.NDArray[np.float32]
    maps: list[npt.NDArray[np.float32]]
    masks: list[npt.NDArray[np.bool_] | None] | None
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()
    undefined: dict[str, str] = field(default_factory=dict)
    removal: Removal = field(default_factory=Removal)


def evaluate(
    predict: Callable[..., Prediction],
    samples: Sequence[Sample],
    size: Size,
    *,
    batch_size: int,
    score_size: ScoreSize = "input",
    skip_bad: bool = False,
    said: Collection[str] = (),
    warn: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Predict every test image and compare with the truth.

    Args:
        predict: Called with ``(B, 3, H, W)`` images of the input size.
        samples: Test images, good and defective.
        size: The input size.
        batch_size: Images a batch.
        score_size: ``"input"`` or ``"native"``.
        skip_bad: Leave out images that cannot be read instead of stopping.
        said: Kinds of remarks on the files that were made already, as of the training images.
        warn: Is told what the user should read.

    Raises:
        DataError: If there is no test image, or one cannot be read.
    """
    if not samples:
        raise DataError(
            "no test images to evaluate on: add test/good and test/<defect> folders, or use sat predict"
        )
    images = load_test(samples, size, batch_size=batch_size, score_size=score_size, skip_bad=skip_bad)
    kept: list[Sample] = []
    scores: list[npt.NDArray[np.float32]] = []
    peaks: list[npt.NDArray[np.float32]] = []
    maps: list[npt.NDArray[np.float32]] = []
    masks: list[npt.NDArray[np.bool_] | None] = []
    removal = Removal()
    for batch in images:
        prediction = predict(batch.images, batch_size=batch_size)
        kept += batch.samples
        scores.append(prediction.scores.numpy())
        peaks.append(map_peaks(prediction.maps))
        maps += [resize_map(row, shape) for row, shape in zip(prediction.maps, batch.sizes, strict=True)]
        masks += batch.masks or ()
        if prediction.reconstruction is not None:
            removal += removal_of(batch.samples, batch.images, prediction.reconstruction)
    if not kept:
        raise DataError(f"none of {len(samples)} test images could be read: {images.skipped[0].reason}")
    for skip in images.skipped:
        warn(f"left out {skip.name}: {skip.reason}")
    notes = tuple(remark.text for remark in images.remarks if remark.kind not in said)
    gaps = gap_notes(kept, masks if images.has_masks else None)
    for line in notes:
        warn(line)
    joined, highest = np.concatenate(scores), np.concatenate(peaks)
    labels = np.array([sample.is_defective for sample in kept])
    metrics, thresholds = _metrics(joined, highest, maps, masks if images.has_masks else None, labels)
    return Evaluation(
        metrics=metrics,
        **thresholds,
        score_size=score_size,
        samples=tuple(kept),
        scores=joined,
        map_max=highest,
        maps=maps,
        masks=masks if images.has_masks else None,
        skipped=images.skipped,
        notes=(*notes, *gaps.values()),
        undefined=undefined_figures(metrics, gaps),
        removal=removal,
    )


def with_truth(
    maps: Sequence[npt.NDArray[np.float32]], masks: Sequence[npt.NDArray[np.bool_] | None]
) -> tuple[list[npt.NDArray[np.float32]], list[npt.NDArray[np.bool_]]]:
    """Return the maps and masks of the images whose mask is known."""
    known = [(values, mask) for values, mask in zip(maps, masks, strict=True) if mask is not None]
    return [values for values, _ in known], [mask for _, mask in known]


def _metrics(
    scores: npt.NDArray[np.float32],
    map_max: npt.NDArray[np.float32],
    maps: list[npt.NDArray[np.float32]],
    masks: list[npt.NDArray[np.bool_] | None] | None,
    labels: npt.NDArray[np.bool_],
) -> tuple[dict[str, float], dict[str, float]]:
    image = image_metrics(scores, labels)
    undefined = PixelMetrics(auroc=nan, ap=nan, aupro_30=nan, iou_max=nan, iou_threshold=nan)
    pixel = undefined if masks is None else pixel_metrics(*with_truth(maps, masks))
    figures = (
        image.auroc,
        image_metrics(map_max, labels).auroc,
        image.ap,
        image.f1_max,
        image.tpr,
        image.tnr,
        image.accuracy,
        image.mean_accuracy,
        image.accuracy_max,
        pixel.auroc,
        pixel.ap,
        pixel.aupro_30,
        pixel.iou_max,
    )
    thresholds = {"iou_threshold": pixel.iou_threshold, "f1_threshold": image.f1_threshold}
    return dict(zip(METRICS, figures, strict=True)), thresholds
