"""How much of a defect a reconstruction leaves, where it is known what the part looks like without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from synth_anomaly.data import resize_image, resize_mask
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample, Size

__all__ = ["Removal", "removal_of"]


@dataclass(frozen=True)
class Removal:
    """What defects change, and what of it a reconstruction leaves; both sum up over images.

    Attributes:
        present: Sum of |image - clean| over the defects' pixels, as means over colours.
        left: Sum of |reconstruction - clean| over the same pixels.
        pixels: How many pixels they are.
    """

    present: float = 0.0
    left: float = 0.0
    pixels: int = 0

    def __add__(self, other: Removal) -> Removal:
        return Removal(self.present + other.present, self.left + other.left, self.pixels + other.pixels)

    @property
    def share_left(self) -> float:
        """What is left of what was there: 0 is all removed, 1 is none; nan where there is no defect."""
        return self.left / self.present if self.present else float("nan")

    def facts(self) -> dict[str, float]:
        """Return the two means, in [0, 1], and the share, by name; empty where there is no defect."""
        if not self.pixels:
            return {}
        return {
            "defect_change": self.present / self.pixels,
            "defect_change_left": self.left / self.pixels,
            "defect_share_left": self.share_left,
        }


def removal_of(samples: Sequence[Sample], images: Tensor, reconstructions: Tensor) -> Removal:
    """Return what reconstructions leave of the defects whose clean twins the samples know.

    Args:
        samples: Where the images come from; those without mask or clean twin count nothing.
        images: ``(B, 3, H, W)`` in [0, 1].
        reconstructions: ``(B, 3, H, W)`` in [0, 1].

    Raises:
        DataError: If a clean twin and its mask are of different sizes.
    """
    total, size = Removal(), (images.shape[2], images.shape[3])
    for sample, image, reconstruction in zip(samples, images, reconstructions, strict=True):
        if sample.read_clean is None or sample.read_mask is None:
            continue
        clean, mask = _twin(sample, size)
        present, left = ((shown.cpu() - clean).abs().mean(dim=0)[mask] for shown in (image, reconstruction))
        total += Removal(float(present.sum()), float(left.sum()), int(mask.sum()))
    return total


def _twin(sample: Sample, size: Size) -> tuple[Tensor, Tensor]:
    """Return the clean twin, ``(3, H, W)`` in [0, 1], and the mask, bool ``(H, W)``, at a size."""
    assert sample.read_clean is not None  # noqa: S101  # the caller looked
    assert sample.read_mask is not None  # noqa: S101
    clean, mask = sample.read_clean(), sample.read_mask()
    if clean.shape[:2] != mask.shape:
        raise DataError(
            f"expected clean twin and mask of {sample.name!r} of one size, "
            f"got {clean.shape[:2]} and {mask.shape}: correct its read_clean()"
        )
    pixels = np.ascontiguousarray(resize_image(clean, size).transpose(2, 0, 1))
    return torch.from_numpy(pixels).float() / 255, torch.from_numpy(resize_mask(mask, size))
