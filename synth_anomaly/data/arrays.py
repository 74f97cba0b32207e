"""Images in memory as samples: arrays, Pillow's images, and lists of them, of any sizes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from synth_anomaly.data.kind_names import GOOD
from synth_anomaly.data.picture_object import PictureObject
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["are_in_memory", "from_memory", "is_in_memory"]

InMemory = npt.NDArray[Any] | Pillow.Image

_EXPECTED = "expected images as uint8 (H, W, 3) or (N, H, W, 3), RGB"


def is_in_memory(item: object) -> TypeGuard[InMemory]:
    """Whether something is an image, or an array of some."""
    return isinstance(item, np.ndarray | Pillow.Image)


def are_in_memory(items: Sequence[object]) -> TypeGuard[Sequence[InMemory]]:
    """Whether all of some things are."""
    return all(map(is_in_memory, items))


def from_memory(images: InMemory | Sequence[InMemory]) -> tuple[Sample, ...]:
    """Return images in memory as good samples, named by their numbers.

    Args:
        images: An array ``(H, W, 3)`` or ``(N, H, W, 3)``, an image of Pillow's, or several, of any sizes.
            Arrays are uint8 and RGB; images of Pillow's are read as their files are.

    Raises:
        DataError: If one is of another form, or has no pixel; the message says the cure.
    """
    if isinstance(images, np.ndarray) and images.ndim == 4:
        listed: Sequence[InMemory] = list(images)
        if not listed:
            raise DataError(f"expected at least one image, got none, {images.shape}: give some")
    else:
        listed = [images] if isinstance(images, np.ndarray | Pillow.Image) else list(images)
    return tuple(
        Sample(name=f"{GOOD}/{number:03d}", defect=GOOD, read=_reader(image, number))
        for number, image in enumerate(listed)
    )


def _reader(image: InMemory, number: int) -> Any:
    if isinstance(image, Pillow.Image):
        return PictureObject.of(image, number)
    return partial(np.asarray, _checked(image, number))


def _checked(image: npt.NDArray[Any], number: int) -> npt.NDArray[np.uint8]:
    if image.ndim != 3 or image.shape[-1] != 3:
        raise DataError(f"{_EXPECTED}, got {image.dtype} {image.shape}{_form_cure(image)}")
    if not image.size:
        raise DataError(f"expected images with pixels, got {image.shape} as image {number}: leave it out")
    if image.dtype == np.uint8:
        return image
    raise DataError(f"{_EXPECTED}, got {image.dtype} as image {number}: {_depth_cure(image)}")


def _depth_cure(image: npt.NDArray[Any]) -> str:
    """Return how to make an array 8 bits deep."""
    if not np.issubdtype(image.dtype, np.floating):
        return "make it uint8, with 255 as white"
    low, high = float(image.min()), float(image.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        return "look for what made it nan or inf"
    if low < 0:
        return f"undo its normalisation (it is {low:g} to {high:g}), and make it uint8, with 255 as white"
    if high > 1:
        return f"make it uint8 (it is {low:g} to {high:g}), with 255 as white"
    return "make it uint8, (image * 255).round().astype(numpy.uint8)"


def _form_cure(image: npt.NDArray[Any]) -> str:
    """Return how to make an array an image, after a colon."""
    shape = image.shape
    if image.ndim == 2:
        return ": repeat grey three times, as numpy.stack([image] * 3, axis=-1) does"
    if image.ndim == 3 and shape[0] == 3:
        return ": put the colours last, as image.transpose(1, 2, 0) does"
    if image.ndim == 3 and shape[-1] == 1:
        return ": repeat grey three times, as image.repeat(3, axis=-1) does"
    if image.ndim == 3 and shape[-1] == 4:
        return ": leave the transparency out, as image[..., :3] does"
    return ": convert them, or give files"
