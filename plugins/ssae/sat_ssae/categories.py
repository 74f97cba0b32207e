"""What SSAE sets for each category of MVTec AD: what the paper published, and what it did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sat_ssae.corruptions import CORRUPTIONS, QUICK_CORRUPTION, Corruption, turned

__all__ = ["CATEGORIES", "SSIM_CATEGORIES", "TEXTURES", "Category", "category_settings"]

TEXTURES = frozenset({"carpet", "grid", "leather", "tile", "wood"})
"""Published: input of 512 pixels and f = 3 (section 4.1)."""

SSIM_CATEGORIES = frozenset(
    {"carpet", "tile", "bottle", "cable", "capsule", "metal_nut", "transistor", "zipper"}
)
"""Published: compared by the structural similarity (section 4.1), "some cases including" these."""

_PUBLISHED_CORRUPTIONS: Mapping[str, Corruption] = {
    "cable": "occlusion",
    "screw": "occlusion",
    "transistor": "rotation",
}
"""Published: section 4.3; that all others are elastic, too."""

_FLIPS_ACROSS = {"name": "flips", "horizontal": 0.5, "vertical": 0.0}
_TURNS = "quarter-turns"


@dataclass(frozen=True, kw_only=True)
class Category:
    """What the paper leaves open about a category; all of it ours, chosen by what the product is.

    No value was chosen on a test image.

    Attributes:
        augment: The flips and quarter turns under which a good product stays one.
        size: Input size of an object in pixels (published: 256, 384 or 512); 512 of a texture is published.
        kernel: f of an object (published: 3 or 5); 3 of a texture is published.
        repeats: n.
        window: k, about a 24th of the input's side.
        average_power: t of an object.
    """

    augment: Any = "none"
    size: int = 256
    kernel: Literal[3, 5] = 5
    repeats: int = 2
    window: int = 11
    average_power: float = 4.0


_LARGE: Mapping[str, Any] = {"size": 384, "kernel": 3, "window": 15}
_FINE: Mapping[str, Any] = {"size": 512, "kernel": 3, "window": 21}
_TEXTURE: Mapping[str, Any] = {**_FINE, "average_power": 0.0}

CATEGORIES: Mapping[str, Category] = {
    "carpet": Category(**_TEXTURE),  # a weave of one direction, whose mirror image is another weave
    "grid": Category(augment="flips", **_TEXTURE),  # the mesh is its own mirror image, not its own turn
    "leather": Category(augment="symmetries", **_TEXTURE),
    "tile": Category(augment="symmetries", **_TEXTURE),
    "wood": Category(augment="flips", **_TEXTURE),  # the grain keeps its direction
    "bottle": Category(augment="symmetries"),  # seen from above, round
    "cable": Category(),  # three colours in one order
    "capsule": Category(**_LARGE),  # printed, in one pose
    "hazelnut": Category(augment="symmetries"),  # lies as it fell
    "metal_nut": Category(augment=_TURNS),  # mirrored, it would be upside down, which is a defect
    "pill": Category(**_LARGE),  # printed, in one pose
    "screw": Category(augment=_TURNS, **_FINE),  # at any angle; mirrored, its thread would be left-handed
    "toothbrush": Category(augment=_FLIPS_ACROSS),
    "transistor": Category(),  # in one pose: others are a defect
    "zipper": Category(**_FINE),  # its teeth mesh one way
}
"""By category; a category of another name takes the defaults of :class:`sat_ssae.settings.SSAESettings`."""


def category_settings(category: str, preset: str = "paper") -> Mapping[str, Any]:
    """Return the settings of a category, on top of a preset; empty for one that the paper does not know.

    ``cut-out`` keeps its corruption. ``quick`` keeps its input, its network, its smoothing and,
    but for turned images, its corruptions.
    """
    if category not in CATEGORIES:
        return {}
    row, corruption = CATEGORIES[category], _PUBLISHED_CORRUPTIONS.get(category, "elastic")
    own = {
        "augment": row.augment,
        "difference": "ssim" if category in SSIM_CATEGORIES else "squared",
        "average_power": row.average_power,
    }
    if preset == "quick":
        return own | ({"synthesizer": turned(QUICK_CORRUPTION)} if corruption == "rotation" else {})
    return {
        **own,
        "size": row.size,
        "kernel": row.kernel,
        "repeats": row.repeats,
        "window": row.window,
        **({} if preset == "cut-out" else {"synthesizer": CORRUPTIONS[corruption]}),
    }
