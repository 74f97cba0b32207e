"""DRAEM's figures on MVTec AD and DAGM 2007, as SGSF's paper prints them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["published"]

_PIXELS = {  # SGSF, Table IV: pixel AUROC, pixel AP
    "carpet": (0.955, 0.535),
    "screw": (0.976, 0.582),
    "cable": (0.947, 0.524),
    "wood": (0.964, 0.777),
    "leather": (0.986, 0.753),
    "tile": (0.992, 0.923),
    "grid": (0.997, 0.657),
    "toothbrush": (0.981, 0.447),
    "zipper": (0.988, 0.815),
    "bottle": (0.991, 0.865),
    "hazelnut": (0.997, 0.929),
    "capsule": (0.943, 0.494),
    "metal_nut": (0.995, 0.963),
    "pill": (0.976, 0.485),
    "transistor": (0.909, 0.507),
}
_MEANS = {  # SGSF, Table VI: image AUROC, pixel AUROC, pixel AP
    "paper": (0.979, 0.973, 0.683),
    "sgsf-network": (0.942, 0.944, 0.554),
}

_DAGM = {  # SGSF, Table II, ten classes
    "image_auroc": 0.990,
    "image_tpr": 0.965,
    "image_tnr": 0.994,
    "image_accuracy": 0.985,
}


def published(dataset: str, category: str, preset: str = "paper") -> Mapping[str, float]:
    """Return the figures for a category, or for ``"mean"``; of SGSF's network there are means alone.

    Source: SGSF, Tables II, IV and VI.
    """
    own = "paper" if preset == "quick" else preset
    if dataset == "dagm2007" and category == "mean" and own == "paper":
        return _DAGM
    if dataset != "mvtec_ad":
        return {}
    if category == "mean" and own in _MEANS:
        image, pixel, ap = _MEANS[own]
        return {"image_auroc": image, "pixel_auroc": pixel, "pixel_ap": ap}
    if own != "paper" or category not in _PIXELS:
        return {}
    pixel, ap = _PIXELS[category]
    return {"pixel_auroc": pixel, "pixel_ap": ap}
