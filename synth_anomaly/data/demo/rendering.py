"""One picture of the demo data set, with the exact mask of its defect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt

from synth_anomaly.data.demo.canvas import Array, make_canvas
from synth_anomaly.data.demo.catalogue import GOOD, category_named, check_defect
from synth_anomaly.data.demo.optics import draw_camera, expose, sensor_noise
from synth_anomaly.data.demo.randomness import generators
from synth_anomaly.errors import DataError

__all__ = ["Rendering", "Split", "render"]

Split = Literal["train", "test"]

SMALLEST = 32
# Smaller pictures are drawn larger and averaged, or fine wires and yarns would alias.
SMALLEST_DRAWING = 192
VISIBLE = 3.0  # grey levels of 255


@dataclass(frozen=True)
class Rendering:
    """A picture of a part, and the same picture as it would be without the defect.

    Attributes:
        image: RGB picture (H, W, 3), uint8.
        mask: Where the defect shows, (H, W), bool; outside it `image` equals `clean` exactly.
        clean: The same part, light and noise without the defect, (H, W, 3), uint8.
        part: Where the part is, (H, W), bool: at least half of the pixel; as it would be without the defect.
    """

    image: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.bool_]
    clean: npt.NDArray[np.uint8]
    part: npt.NDArray[np.bool_]


def render(
    category: str, defect: str, index: int, *, split: Split = "test", size: int = 256, seed: int = 0
) -> Rendering:
    """Photograph one part.

    The same arguments give the same picture on every run; another `size` shows the same part as another
    camera resolution would.

    Args:
        category: One of `CATEGORIES`.
        defect: One of `defect_names(category)`, or "good".
        index: Which part of its kind, 0 or more.
        split: "train" or "test"; they share no part.
        size: Side of the square picture in pixels, 32 or more.
        seed: Seed of the whole data set, 0 or more.

    Returns:
        The picture, its mask and its defect-free twin.

    Raises:
        DataError: If a name is unknown or a number out of range.

    Example:
        >>> render("bottle", "crack", 0, size=64).image.shape
        (64, 64, 3)
    """
    check_defect(category, defect)
    _check_numbers(index, split, size, seed)
    names = ("demo", category, split, defect)
    part_rng, camera_rng, noise_rng, defect_rng = generators(seed, names, index, 4)
    product, canvas = category_named(category), make_canvas(size * -(-SMALLEST_DRAWING // size))
    part, camera = product.draw(canvas, part_rng), draw_camera(camera_rng)
    place = cv2.resize(part.surface, (size, size), interpolation=cv2.INTER_AREA) >= 0.5
    exposed = expose(part.image, camera, canvas, size)
    noise = sensor_noise(noise_rng, exposed, camera)
    clean = _to_uint8(exposed + noise)
    if defect == GOOD:
        return Rendering(clean.copy(), np.zeros((size, size), np.bool_), clean, place)
    damaged = expose(product.defects[defect](part, defect_rng), camera, canvas, size)
    mask = _visible_change(exposed, damaged)
    image = np.where(mask[..., None], _to_uint8(damaged + noise), clean)
    return Rendering(image, mask, clean, place)


def _visible_change(clean: Array, damaged: Array) -> npt.NDArray[np.bool_]:
    change = np.abs(damaged - clean).max(axis=2)
    # A faint defect in a small picture keeps a mask: its strongest pixels, whatever their change.
    return np.asarray(change > min(VISIBLE, 0.5 * float(change.max())))


def _to_uint8(picture: Array) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _check_numbers(index: int, split: str, size: int, seed: int) -> None:
    if split not in get_args(Split):
        raise DataError(f"Unknown split {split!r}; there are: {', '.join(get_args(Split))}.")
    for name, value, least in (("index", index, 0), ("size", size, SMALLEST), ("seed", seed, 0)):
        if value < least:
            raise DataError(f"A demo picture's {name} must be {least} or more, got {value!r}.")
