"""How images are corrupted, as specifications: by what the paper names for categories, and in `quick`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

__all__ = ["CORRUPTIONS", "QUICK_CORRUPTION", "Corruption", "limited", "turned"]

Corruption = Literal["elastic", "occlusion", "rotation"]
"""Elastic alone, elastic and occlusion in turn, or those two in images that are turned now and then."""


def limited(synthesizer: Any) -> Mapping[str, Any]:
    """Return a synthesizer's specification with the guard on its share of the image."""
    return {"name": "share-limited", "synthesizer": synthesizer}


def turned(synthesizer: Any) -> Mapping[str, Any]:
    """Return a synthesizer in turn with the elastic patches and occlusions of an image that is turned.

    A turn changes the whole image, so no limit is set on its share. That half of the images are turned, by
    any angle, is ours.
    """
    return {"name": "one-of", "synthesizers": [synthesizer, "ssae-rotation"]}


CORRUPTIONS: Mapping[Corruption, Any] = {
    "elastic": limited("ssae"),
    "occlusion": limited("ssae-occlusion"),
    "rotation": turned(limited("ssae-occlusion")),
}
"""By name (section 4.3)."""

_SOFT: Mapping[str, Any] = {"name": "soft", "softness": [0.0, 0.015], "opacity": [0.4, 1.0]}
_TEXTURES: Mapping[str, Any] = {
    "name": "successive",
    "fills": ["texture", {"name": "texture-operations", "count": 3}],
}
_ELASTIC: Mapping[str, Any] = {
    "name": "ssae",
    "fill": {
        "name": "successive",
        "fills": [
            {"name": "elastic", "alpha": [0.015, 0.03], "sigma": [0.04, 0.08]},
            {"name": "sometimes", "fill": "brightness-shift", "p": 0.5},
        ],
    },
}
_SPOTS: Mapping[str, Any] = {
    "name": "paste",
    "shape": {"name": "several", "shape": {"name": "blob", "area": [0.001, 0.02]}, "count": [1, 3]},
    "fill": _TEXTURES,
    "blend": _SOFT,
}
_LINES: Mapping[str, Any] = {
    "name": "paste",
    "shape": {
        "name": "several",
        "shape": {"name": "scar", "width": [1.0, 5.0], "length": [5.0, 45.0], "angle": [-90.0, 90.0]},
        "count": [1, 2],
    },
    "fill": _TEXTURES,
    "blend": _SOFT,
}

QUICK_CORRUPTION: Mapping[str, Any] = limited({"name": "chain", "synthesizers": [_ELASTIC, _SPOTS, _LINES]})
"""All of the paper's kinds in every image, small: in few steps, much to restore in each."""
