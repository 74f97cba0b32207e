"""What predictions are worth: exact metrics of images and pixels."""

from __future__ import annotations

from synth_anomaly.evaluation.curve import iou_curve
from synth_anomaly.evaluation.evaluate import METRICS, Evaluation, evaluate, with_truth
from synth_anomaly.evaluation.image import ImageMetrics, image_metrics
from synth_anomaly.evaluation.pixel import (
    PixelMetrics,
    pixel_ap,
    pixel_aupro,
    pixel_auroc,
    pixel_iou_max,
    pixel_metrics,
)
from synth_anomaly.evaluation.removal import Removal, removal_of
from synth_anomaly.evaluation.resizing import map_peaks, resize_map

__all__ = [
    "METRICS",
    "Evaluation",
    "ImageMetrics",
    "PixelMetrics",
    "Removal",
    "evaluate",
    "image_metrics",
    "iou_curve",
    "map_peaks",
    "pixel_ap",
    "pixel_aupro",
    "pixel_auroc",
    "pixel_iou_max",
    "pixel_metrics",
    "removal_of",
    "resize_map",
    "with_truth",
]
