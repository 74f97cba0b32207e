"""Masks in a folder of images, and the same masks at one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.data import readable_suffixes
from synth_anomaly.data.masks import decoded_mask
from synth_anomaly.data.reading import OF_ANY_SIZE
from synth_anomaly.data.remarks import MaskRemarks
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size

__all__ = ["DrawnFiles", "MaskBank", "read_masks", "resized_masks"]


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


@dataclass(frozen=True)
class DrawnFiles:
    """The masks of a folder.

    Attributes:
        masks: uint8 ``(H, W)`` each: 255 where a pixel is marked, 0 elsewhere.
        notes: What a reader should know of how they were read, a line each.
    """

    masks: list[npt.NDArray[np.uint8]]
    notes: tuple[str, ...] = ()


def read_masks(folder: Path) -> DrawnFiles:
    """Read every mask of a folder and its subfolders, in the order of their paths.

    A pixel is marked where it is neither black nor transparent, as in the masks of test images.

    Raises:
        DataError: If the folder is missing, has no mask, or one cannot be read.
    """
    if not folder.is_dir():
        raise DataError(f"expected a folder of masks at {folder}, got none: check the path")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in readable_suffixes())
    paths = [path for path in files if path.is_file() and not path.name.startswith(".")]
    if not paths:
        raise DataError(f"expected masks in {folder}, got none: save some there as PNG, white on black")
    masks, remarks = [], MaskRemarks()
    for path in paths:
        mask = decoded_mask(path, OF_ANY_SIZE)
        remarks.add(str(path), mask)
        masks.append(mask.marked.astype(np.uint8) * 255)
    return DrawnFiles(masks, tuple(remark.text for remark in remarks.lines(drawn=True)))


def resized_masks(masks: Sequence[npt.NDArray[np.uint8]], size: Size) -> MaskBank:
    """Resize masks with antialiasing and cut them at one half.

    Args:
        masks: uint8 ``(H, W)`` of 0 and 255.
        size: Height and width.
    """
    resized = torch.stack([_resized(mask, size) for mask in masks])
    (top, height), (left, width) = _extent(resized.any(dim=2)), _extent(resized.any(dim=1))
    return MaskBank(resized, torch.stack((top, left, height, width), dim=1))


def _resized(mask: npt.NDArray[np.uint8], size: Size) -> Tensor:
    values = torch.from_numpy(np.ascontiguousarray(mask))[None, None].float()
    return F.interpolate(values, size=size, mode="bilinear", antialias=True)[0, 0] >= 255 / 2


def _extent(taken: Tensor) -> tuple[Tensor, Tensor]:
    """Return start and length of what is taken, of ``(n, length)`` bool; all of it where nothing is."""
    taken = taken | ~taken.any(dim=1, keepdim=True)
    start, back = taken.int().argmax(dim=1), taken.flip(1).int().argmax(dim=1)
    return start, taken.shape[1] - start - back
