"""The paper's own figures on MVTec AD."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ABLATIONS", "published"]

_AUROC = {
    "bottle": (0.99, 0.98),
    "cable": (0.99, 0.98),
    "capsule": (0.9, 0.84),
    "carpet": (0.99, 0.96),
    "grid": (0.99, 0.99),
    "hazelnut": (0.99, 0.98),
    "leather": (0.98, 0.99),
    "metal_nut": (0.99, 0.95),
    "pill": (0.94, 0.87),
    "screw": (0.91, 0.97),
    "tile": (0.98, 0.98),
    "toothbrush": (0.96, 0.99),
    "transistor": (0.96, 0.96),
    "wood": (0.98, 0.99),
    "zipper": (0.98, 0.99),
    "mean": (0.97, 0.96),
}
_MEAN_IOU = 0.542
_FULL = frozenset({"quick", "paper", "+coordinates", "+classification"})
"""The presets of the whole method; the other ones leave parts of it out."""

ABLATIONS: Mapping[str, Mapping[str, float]] = {
    "base": {"pixel_auroc": 0.923, "pixel_iou_max": 0.492},
    "+hard-augmentation": {"pixel_auroc": 0.942, "pixel_iou_max": 0.503},
    "+adversarial": {"pixel_auroc": 0.951, "pixel_iou_max": 0.527},
    "+coordinates": {"pixel_auroc": 0.970, "pixel_iou_max": 0.542},
    "detector-base": {"image_auroc": 0.812},
    "+feature-matching": {"image_auroc": 0.842},
    "+map-input": {"image_auroc": 0.943},
    "+classification": {"image_auroc": 0.961},
}
"""Mean figures over MVTec AD by preset (tables 3 and 5)."""


def published(category: str, preset: str = "paper") -> Mapping[str, float]:
    """Return the figures for a category, or for ``"mean"``; empty for a category of another data set.

    An ablation was published as a mean alone.

    Source: table 1 (pixel AUROC), table 4 (image AUROC), table 2 (IoU, published as a mean alone); for
        ablations tables 3 and 5.
    """
    if preset not in _FULL:
        return ABLATIONS.get(preset, {}) if category == "mean" else {}
    if category not in _AUROC:
        return {}
    pixel, image = _AUROC[category]
    figures = {"pixel_auroc": pixel, "image_auroc": image}
    return {**figures, "pixel_iou_max": _MEAN_IOU} if category == "mean" else figures
