"""Reading samples in a few threads, in order, a little ahead of their use."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth_anomaly.data.image_file import ImageFile, MaskFile
from synth_anomaly.data.images import Image, ImageFacts
from synth_anomaly.data.masks import Mask
from synth_anomaly.data.picture_object import PictureObject
from synth_anomaly.data.resize import resize_image
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample, Size

__all__ = [
    "WORKERS",
    "Skipped",
    "as_float",
    "decoded_checked",
    "in_order",
    "mask_checked",
    "or_skipped",
    "read_checked",
    "read_resized",
]

WORKERS = 3
"""Threads that read images; decoding and resizing release the interpreter's lock."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Skipped:
    """An image that was left out.

    Attributes:
        name: Name of the sample.
        reason: What is wrong with it, in one line.
    """

    name: str
    reason: str


def in_order(
    pool: Executor, function: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """Yield ``function(item)`` for each item in order, at most ``ahead`` of them computed beforehand."""
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def or_skipped(read: Callable[[Sample], Result], skip_bad: bool) -> Callable[[Sample], Result | Skipped]:
    """Return ``read``, made to return instead of raise where bad images are to be left out."""

    def attempt(sample: Sample) -> Result | Skipped:
        try:
            return read(sample)
        except DataError as error:
            if not skip_bad:
                raise
            return Skipped(sample.name, str(error))

    return attempt


def as_float(images: Tensor) -> Tensor:
    """Return uint8 images as float32 in [0, 1]; always on the device that computes, so bit by bit alike."""
    return images.to(torch.float32).div_(255)


def read_checked(sample: Sample) -> npt.NDArray[np.uint8]:
    """Read a sample's image and check that it is one.

    Returns:
        uint8 (H, W, 3).

    Raises:
        DataError: If it cannot be read, or is anything else.
    """
    return decoded_checked(sample).pixels


def decoded_checked(sample: Sample) -> Image:
    """Read a sample's image as `read_checked` does, with what a user should know of its file.

    Raises:
        DataError: If it cannot be read, or is no image.
    """
    if isinstance(sample.read, ImageFile | PictureObject):
        return sample.read.decoded()
    image = _called(sample.read, sample.name)
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.shape[2:] != (3,):
        raise DataError(
            f"expected a uint8 array (H, W, 3) from the image {sample.name!r}, got {_kind(image)}: "
            "correct its read()"
        )
    if not image.size:
        raise DataError(f"expected an image with pixels as {sample.name!r}, got {image.shape}: leave it out")
    return Image(image)


def mask_checked(sample: Sample, size: Size) -> Mask:
    """Read a sample's mask and check that it fits its image; a good sample's mask is empty.

    Args:
        sample: A good sample, or a defective one that has a mask.
        size: Height and width of its image.

    Returns:
        The mask, of ``size``.

    Raises:
        DataError: If the mask cannot be read, is no bool array, or has another size.
    """
    if not sample.is_defective or sample.read_mask is None:
        return Mask(np.zeros(size, np.bool_))
    read = sample.read_mask
    found = read.decoded() if isinstance(read, MaskFile) else Mask(_called(read, sample.name))
    mask = found.marked
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.ndim != 2:
        raise DataError(
            f"expected a bool array (H, W) as the mask of {sample.name!r}, got {_kind(mask)}: "
            "correct its read_mask()"
        )
    if mask.shape != tuple(size):
        place = f" ({sample.path})" if sample.path else ""
        raise DataError(
            f"expected image and mask of one size, got image {sample.name!r}{place} of "
            f"{size[1]}x{size[0]} and its mask of {mask.shape[1]}x{mask.shape[0]}: replace one of them"
        )
    return found


def read_resized(sample: Sample, size: Size) -> tuple[npt.NDArray[np.uint8], Size, ImageFacts | None]:
    """Read a sample's image as (3, H, W) at ``size``, and say what size it had, and more of its file.

    Raises:
        DataError: If it cannot be read.
    """
    image = decoded_checked(sample)
    height, width = image.pixels.shape[:2]
    resized = np.ascontiguousarray(resize_image(image.pixels, size).transpose(2, 0, 1))
    return resized, (height, width), image.facts


def _called(read: Callable[[], Any], name: str) -> Any:
    try:
        return read()
    except DataError:
        raise
    except Exception as error:  # a data set of somebody else's, which may raise anything
        reason = " ".join(str(error).split())
        raise DataError(f"{name!r} cannot be read: {type(error).__name__}: {reason}") from error


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    return type(value).__name__
