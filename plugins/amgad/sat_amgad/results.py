"""The paper's own figures."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ABLATIONS", "TABLE_1", "published", "published_dcgan"]

_PIXEL_AUROC = {  # table 3
    "bottle": 0.95,
    "cable": 0.92,
    "capsule": 0.96,
    "carpet": 0.86,
    "grid": 0.92,
    "hazelnut": 0.95,
    "leather": 0.96,
    "metal_nut": 0.95,
    "pill": 0.91,
    "screw": 0.86,
    "tile": 0.93,
    "toothbrush": 0.95,
    "transistor": 0.91,
    "wood": 0.90,
    "zipper": 0.94,
}
_MEAN = {"pixel_auroc": 0.92, "image_accuracy_max": 0.89}  # table 3
_CIFAR10_MEAN = {"image_auroc": 0.823}  # table 2
_WHOLE = frozenset({"quick", "paper", "both-losses", "score-adgan"})
"""The presets of the whole method; the other ones leave parts of it out."""

ABLATIONS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "mvtec_ad": {  # table 4
        "adversarial-anomaly-only": {"pixel_auroc": 0.75},
        "attention-loss-only": {"pixel_auroc": 0.87},
    },
    "cifar10": {  # table 5
        "score-reconstruction": {"image_auroc": 0.634},
        "score-discriminator": {"image_auroc": 0.632},
    },
}
"""Mean figures by data set and preset."""

_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "mean")
TABLE_1: Mapping[str, tuple[float, ...]] = {
    "base": (0.601, 0.473, 0.546, 0.508, 0.624, 0.583),
    "rotation": (0.542, 0.499, 0.510, 0.561, 0.636, 0.612),
    "perm": (0.673, 0.525, 0.554, 0.587, 0.642, 0.634),
    "jitter": (0.582, 0.421, 0.542, 0.541, 0.627, 0.542),
    "rotation+perm": (0.692, 0.511, 0.532, 0.577, 0.647, 0.647),
    "rotation+perm+jitter": (0.691, 0.553, 0.563, 0.592, 0.651, 0.663),
    "semi": (0.720, 0.569, 0.591, 0.644, 0.648, 0.687),
}
"""Image AUROC of the one-class DCGAN for the five classes that were published, and over all ten."""


def published(dataset: str, category: str, preset: str = "paper") -> Mapping[str, float]:
    """Return AMGAD's figures for a category, or for ``"mean"``; empty where there are none.

    Source: table 3 (pixel AUROC; accuracy at the best threshold, published as a mean alone), table 2
        (CIFAR-10, published as a mean alone); for ablations tables 4 and 5, means alone.
    """
    if preset not in _WHOLE:
        return ABLATIONS.get(dataset, {}).get(preset, {}) if category == "mean" else {}
    if dataset == "cifar10":
        return _CIFAR10_MEAN if category == "mean" else {}
    if dataset != "mvtec_ad":
        return {}
    if category == "mean":
        return _MEAN
    return {"pixel_auroc": _PIXEL_AUROC[category]} if category in _PIXEL_AUROC else {}


def published_dcgan(dataset: str, category: str, preset: str = "base") -> Mapping[str, float]:
    """Return table 1's figure of a preset for a class of CIFAR-10, or for ``"mean"``; empty elsewhere."""
    row = TABLE_1.get({"quick": "rotation+perm+jitter", "quick-base": "base"}.get(preset, preset))
    if dataset != "cifar10" or row is None or category not in _CLASSES:
        return {}
    return {"image_auroc": row[_CLASSES.index(category)]}
