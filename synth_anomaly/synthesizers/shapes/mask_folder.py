"""Masks in a folder of images, and the same masks at one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size

__all__ = ["MaskBank", "read_masks", "resized_masks"]

_ENDINGS = (".png", ".bmp", ".tif", ".tiff", ".gif")  # formats that keep a mask's edge


@dataclass(frozen=True)
class MaskBank:
    """Masks at one size.

    Attributes:
        masks: ``(n, H, W)`` bool.
        boxes: ``(n, 4)`` int64 on the CPU: what holds each mask; all of the image for an empty one.
    """

    masks: Tensor
    boxes: Tensor

    def to(self, device: torch.device) -> MaskBank:
        """Return the bank with its masks on ``device``."""
        return MaskBank(self.masks.to(device), self.boxes)


def read_masks(folder: Path) -> list[npt.NDArray[np.uint8]]:
    """Read every mask of a folder and its subfolders, in the order of their paths.

    Returns:
        uint8 ``(H, W)`` each: 255 where a pixel is neither black nor transparent, 0 elsewhere.

    Raises:
        DataError: If the folder is missing, has no mask, or one cannot be read.
    """
    if not folder.is_dir():
        raise DataError(f"expected a folder of masks at {folder}, got none: check the path")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS)
    if not paths:
        raise DataError(
            f"expected masks ({', '.join(_ENDINGS)}) in {folder}, got none: save some there, white on black"
        )
    return [_read(path) for path in paths]


def resized_masks(masks: Sequence[npt.NDArray[np.uint8]], size: Size) -> MaskBank:
    """Resize masks with antialiasing and cut them at one half.

    Args:
        masks: uint8 ``(H, W)`` of 0 and 255.
        size: Height and width.
    """
    resized = torch.stack([_resized(mask, size) for mask in masks])
    (top, height), (left, width) = _extent(resized.any(dim=2)), _extent(resized.any(dim=1))
    return MaskBank(resized, torch.stack((top, left, height, width), dim=1))


def _read(path: Path) -> npt.NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            # integer and floating-point grey, which Pillow would cut to 8 bits
            is_deep = image.mode.startswith(("I", "F"))
            pixels: npt.NDArray[Any] = np.asarray(image if is_deep else image.convert("RGBA"))
    except Exception as error:  # decoders of broken files raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"expected a readable mask, got {path} ({reason}): replace the file") from error
    drawn = pixels != 0 if is_deep else pixels[..., :3].any(axis=2) & (pixels[..., 3] > 0)
    return drawn.astype(np.uint8) * 255


def _resized(mask: npt.NDArray[np.uint8], size: Size) -> Tensor:
    values = torch.from_numpy(np.ascontiguousarray(mask))[None, None].float()
    return F.interpolate(values, size=size, mode="bilinear", antialias=True)[0, 0] >= 255 / 2


def _extent(taken: Tensor) -> tuple[Tensor, Tensor]:
    """Return start and length of what is taken, of ``(n, length)`` bool; all of it where nothing is."""
    taken = taken | ~taken.any(dim=1, keepdim=True)
    start, back = taken.int().argmax(dim=1), taken.flip(1).int().argmax(dim=1)
    return start, taken.shape[1] - start - back
