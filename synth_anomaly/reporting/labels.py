"""What the figures are called in front of people, and how a number is written."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["LABELS", "SHORT_LABELS", "figure_text", "label"]

LABELS: Mapping[str, str] = {
    "image_auroc": "image AUROC (method's score)",
    "image_auroc_map_max": "image AUROC (map maximum)",
    "image_ap": "image AP",
    "image_f1_max": "image F1 (best threshold)",
    "image_tpr": "image TPR (at best F1)",
    "image_tnr": "image TNR (at best F1)",
    "image_accuracy": "image accuracy (at best F1)",
    "image_mean_accuracy": "image (TPR + TNR) / 2 (at best F1)",
    "image_accuracy_max": "image accuracy (best threshold)",
    "pixel_auroc": "pixel AUROC",
    "pixel_ap": "pixel AP",
    "pixel_aupro_30": "pixel AUPRO (FPR up to 0.3)",
    "pixel_iou_max": "pixel IoU (best threshold)",
}
"""By the names of the figures, in the order they are shown."""

SHORT_LABELS: Mapping[str, str] = {
    "image_auroc": "image AUROC",
    "image_auroc_map_max": "map-max AUROC",
    "image_ap": "image AP",
    "image_f1_max": "image F1",
    "image_tpr": "image TPR",
    "image_tnr": "image TNR",
    "image_accuracy": "image acc.",
    "image_mean_accuracy": "mean acc.",
    "image_accuracy_max": "best acc.",
    "pixel_auroc": "pixel AUROC",
    "pixel_ap": "pixel AP",
    "pixel_aupro_30": "pixel AUPRO",
    "pixel_iou_max": "pixel IoU",
}
"""The same, for a column's head."""


def label(name: str) -> str:
    """Return what a figure is called; a figure unknown here keeps its name."""
    return LABELS.get(name, name)


def figure_text(value: float | None, digits: int = 3) -> str:
    """Return a figure as text; ``"n/a"`` where it is undefined.

    Example:
        >>> figure_text(0.98765), figure_text(float("nan"))
        ('0.988', 'n/a')
    """
    return "n/a" if value is None or math.isnan(value) else f"{value:.{digits}f}"
