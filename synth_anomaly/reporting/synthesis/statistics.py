"""How large the defects are, how many samples have none, how much they stand out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["DefectMeasures", "DefectStatistics", "defect_statistics", "measure_defects", "ring_width"]

_VISIBLE = 1 / 255
_ROUNDING = 1e-6


@dataclass(frozen=True)
class DefectMeasures:
    """What is measured of each sample, ``(B,)`` float64 on the CPU.

    Attributes:
        area: Share of the pixels whose mask is above 0.
        changed: Share of the pixels some colour of which differs from the original by at least 1/255.
        contrast: Mean absolute difference, over the pixels of the defect and the three colours, from the
            mean colour of the ring around it; nan without a defect, or without a ring.
        contrast_before: The same of the original image, at the same pixels.
    """

    area: Tensor
    changed: Tensor
    contrast: Tensor
    contrast_before: Tensor

    @classmethod
    def join(cls, parts: Sequence[DefectMeasures]) -> DefectMeasures:
        """Return the measures of several batches, one or more, as those of one."""
        return cls(
            area=torch.cat([part.area for part in parts]),
            changed=torch.cat([part.changed for part in parts]),
            contrast=torch.cat([part.contrast for part in parts]),
            contrast_before=torch.cat([part.contrast_before for part in parts]),
        )


@dataclass(frozen=True)
class DefectStatistics:
    """The distribution of what was measured; nan where no sample defines it.

    Attributes:
        count: How many samples there are.
        empty: Share of the samples that show no defect.
        area_mean: Mean area, like all that follows over the samples that show one.
        area_median: Median area.
        area_low: 5th percentile of the area.
        area_high: 95th percentile of the area.
        changed: Mean share of the image that changes.
        contrast: Mean contrast against the ring around.
        contrast_before: The same of the originals.
        areas: The areas, rising.
    """

    count: int
    empty: float
    area_mean: float
    area_median: float
    area_low: float
    area_high: float
    changed: float
    contrast: float
    contrast_before: float
    areas: tuple[float, ...]


def ring_width(height: int, width: int) -> int:
    """Return how wide the ring around a defect is: a 32nd of the shorter side, at least one pixel.

    Example:
        >>> ring_width(256, 256), ring_width(20, 900)
        (8, 1)
    """
    return max(1, round(min(height, width) / 32))


def measure_defects(before: Tensor, after: Tensor, masks: Tensor) -> DefectMeasures:
    """Measure each sample of a batch.

    A pixel belongs to the defect where its mask is above 0. The ring is every other pixel that a square of
    :func:`ring_width` pixels in each direction, moved over the defect, covers.

    Args:
        before: The originals, ``(B, 3, H, W)`` in [0, 1].
        after: The same with their defects.
        masks: ``(B, 1, H, W)`` in [0, 1].
    """
    before, after, defect = before.float(), after.float(), masks > 0
    changed = (after - before).abs().amax(dim=1, keepdim=True) >= _VISIBLE - _ROUNDING
    ring = _grown(defect, ring_width(*masks.shape[2:])) & ~defect
    return DefectMeasures(
        area=_share(defect),
        changed=_share(changed),
        contrast=_contrast(after, defect, ring),
        contrast_before=_contrast(before, defect, ring),
    )


def defect_statistics(measures: DefectMeasures) -> DefectStatistics:
    """Return the distribution of what was measured of one or more samples."""
    shown = measures.area > 0
    areas = measures.area[shown].sort().values
    low, median, high = _quantiles(areas, (0.05, 0.5, 0.95))
    return DefectStatistics(
        count=len(shown),
        empty=1 - len(areas) / len(shown) if len(shown) else math.nan,
        area_mean=float(areas.mean()),
        area_median=median,
        area_low=low,
        area_high=high,
        changed=float(measures.changed[shown].mean()),
        contrast=float(measures.contrast[shown].nanmean()),
        contrast_before=float(measures.contrast_before[shown].nanmean()),
        areas=tuple(areas.tolist()),
    )


def _share(pixels: Tensor) -> Tensor:
    return pixels.flatten(1).double().mean(dim=1).cpu()


def _grown(pixels: Tensor, reach: int) -> Tensor:
    """Return the pixels, and every one at most ``reach`` away from one of them, diagonals included."""
    side = 2 * reach + 1
    tall = F.max_pool2d(pixels.float(), (side, 1), 1, (reach, 0))
    return F.max_pool2d(tall, (1, side), 1, (0, reach)) > 0


def _contrast(images: Tensor, defect: Tensor, ring: Tensor) -> Tensor:
    """Return 0 / 0, which is nan, where there is no defect or no ring."""
    around = _mean_colour(images, ring)[:, :, None, None]
    apart = (images - around).abs().mean(dim=1, keepdim=True).double()
    # not a product with the mask: nan times 0 is nan, and must not come from pixels outside
    total = torch.where(defect, apart, 0.0).flatten(1).sum(dim=1)
    return (total / defect.flatten(1).sum(dim=1)).cpu()


def _mean_colour(images: Tensor, pixels: Tensor) -> Tensor:
    total = torch.where(pixels, images, 0.0).double().sum(dim=(2, 3))
    return (total / pixels.sum(dim=(2, 3))).float()


def _quantiles(values: Tensor, shares: Sequence[float]) -> list[float]:
    if not len(values):
        return [math.nan] * len(shares)
    return [float(share) for share in torch.quantile(values, values.new_tensor(shares))]
