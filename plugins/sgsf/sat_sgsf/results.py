"""The paper's own figures."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ABLATIONS", "published"]

_MVTEC_AD = {  # pixel AUROC and pixel AP of Table IV, image AUROC of Table I
    "bottle": (0.963, 0.815, 0.960),
    "cable": (0.933, 0.620, 0.856),
    "capsule": (0.974, 0.516, 0.939),
    "carpet": (0.974, 0.705, 0.965),
    "grid": (0.992, 0.669, 1.000),
    "hazelnut": (0.995, 0.837, 0.998),
    "leather": (0.989, 0.732, 1.000),
    "metal_nut": (0.995, 0.968, 0.997),
    "pill": (0.995, 0.932, 0.972),
    "screw": (0.972, 0.438, 0.866),
    "tile": (0.997, 0.972, 1.000),
    "toothbrush": (0.996, 0.789, 1.000),
    "transistor": (0.847, 0.401, 0.953),
    "wood": (0.973, 0.844, 0.997),
    "zipper": (0.982, 0.832, 0.996),
    "mean": (0.972, 0.738, 0.967),
}
_DAGM_SIX = {"image_accuracy": 0.996, "image_mean_accuracy": 0.991}  # Table II
_DAGM = {  # Table II, ten classes
    "image_auroc": 0.999,
    "image_ap": 0.997,
    "image_f1_max": 0.982,
    "image_tpr": 0.981,
    "image_tnr": 0.998,
    "image_accuracy": 0.995,
}
_KOLEKTOR_SDD2 = {"image_ap": 0.863}  # Table III
_FULL = frozenset({"quick", "paper"})

ABLATIONS: Mapping[str, Mapping[str, float]] = {
    name: {"image_auroc": image, "pixel_auroc": pixel, "pixel_ap": ap}
    for name, (image, pixel, ap) in {
        # Table V
        "no-guidance": (0.947, 0.943, 0.567),
        "plain-perlin": (0.951, 0.950, 0.677),
        "denoising": (0.948, 0.941, 0.663),
        # Table VII
        "contrast-2": (0.969, 0.965, 0.725),
        "contrast-5-with-itself": (0.970, 0.970, 0.722),
        "contrast-9": (0.958, 0.964, 0.728),
        # Table VIII
        "a-0.2-fixed": (0.957, 0.964, 0.683),
        "a-0.2": (0.952, 0.957, 0.716),
        "fixed-threshold": (0.943, 0.961, 0.697),
        "a-0.6-fixed": (0.958, 0.948, 0.715),
        # Table IX
        "lambda-0.01": (0.954, 0.948, 0.674),
        "lambda-0.1": (0.959, 0.949, 0.664),
        "lambda-2": (0.958, 0.951, 0.700),
    }.items()
}
"""Mean figures over MVTec AD by preset."""


def published(dataset: str, category: str, preset: str = "paper") -> Mapping[str, float]:
    """Return the figures for a category, or for ``"mean"``; empty where there are none.

    Ablations, and DAGM 2007, were published as means alone.

    Source: Tables I to V and VII to IX.
    """
    if preset not in _FULL:
        return ABLATIONS.get(preset, {}) if (dataset, category) == ("mvtec_ad", "mean") else {}
    if dataset == "kolektor_sdd2":
        return _KOLEKTOR_SDD2
    if category == "mean" and dataset in ("dagm2007", "dagm2007_six"):
        return _DAGM if dataset == "dagm2007" else _DAGM_SIX
    if dataset != "mvtec_ad" or category not in _MVTEC_AD:
        return {}
    pixel, ap, image = _MVTEC_AD[category]
    return {"image_auroc": image, "pixel_auroc": pixel, "pixel_ap": ap}
