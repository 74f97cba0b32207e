"""What of a synthetic defect a head can learn from: what is seen, and what moves the features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.interfaces import Size

__all__ = ["Lesson", "lesson_of", "moved_cells", "moving_limits"]

_SEEN = 0.05
_CHANGED = 0.01
_MASKED = 0.5
_DEFECT_SHARE = 0.3
_GOOD_SHARE = 0.1
_UNSURE_SHARE = 0.2
_QUANTILE = 0.98
_SAMPLE = 1_000_000


@dataclass(frozen=True)
class Lesson:
    """Targets of a batch at the size of the finest features.

    Attributes:
        masks: ``(B, 1, h, w)`` bool, where a cell shows a defect that moved its features.
        weights: ``(B, 1, h, w)`` bool, where a cell counts.
        shown: How many cells show a defect, whether it moved their features or not.
    """

    masks: Tensor
    weights: Tensor
    shown: int


def lesson_of(clean: Tensor, images: Tensor, masks: Tensor, moved: Tensor) -> Lesson:
    """Return what a batch of synthetic defects teaches.

    A pixel of the mask is a defect where the change, averaged over 5x5 pixels, exceeds 0.05 somewhere within
    four pixels; what changed less is ignored. A cell shows a defect where more than 0.3 of it is one; it is
    ignored where it shows none and a fifth of it is ignored, and where the defect did not move its features.

    Args:
        clean: ``(B, 3, H, W)``, the images before synthesis.
        images: ``(B, 3, H, W)``, the images with their defects.
        masks: ``(B, 1, H, W)`` in [0, 1].
        moved: ``(B, 1, h, w)`` bool, from :func:`moved_cells`.
    """
    size = (moved.shape[-2], moved.shape[-1])
    change = images - clean
    local = F.avg_pool2d(change, 5, 1, 2).abs().amax(dim=1, keepdim=True)
    seen = F.max_pool2d(local, 9, 1, 4) > _SEEN
    changed = change.abs().amax(dim=1, keepdim=True) > _CHANGED
    defect = (masks >= _MASKED) & seen
    unsure = (masks > 0) & changed & ~defect
    shares = F.adaptive_avg_pool2d(defect.float(), size)
    cells = shares > _DEFECT_SHARE
    partly = (shares > _GOOD_SHARE) | (F.adaptive_avg_pool2d(unsure.float(), size) >= _UNSURE_SHARE)
    ignored = partly & ~cells
    return Lesson(cells & moved, ~ignored & (~cells | moved), int(cells.sum()))


def moving_limits(deviations: Iterable[Sequence[Tensor]]) -> Tensor:
    """Return from which root mean square on a level's deviation is more than nearly all good cells have.

    Args:
        deviations: Batches of the deviations of good images.

    Returns:
        ``(levels,)``: the 0.98 quantile over cells of the root mean square over channels.
    """
    lengths = [[_length(level).flatten() for level in batch] for batch in deviations]
    return torch.stack([_quantile(torch.cat(level)) for level in zip(*lengths, strict=True)])


def moved_cells(deviations: Sequence[Tensor], limits: Tensor) -> Tensor:
    """Return where features are unlike those of good images at any level, within one cell.

    Args:
        deviations: Feature maps ``(B, C, h, w)``, from fine to coarse.
        limits: ``(levels,)``, from :func:`moving_limits`.

    Returns:
        ``(B, 1, h, w)`` bool at the size of the finest level.
    """
    size: Size = (deviations[0].shape[-2], deviations[0].shape[-1])
    moved = torch.zeros(len(deviations[0]), 1, *size, device=deviations[0].device)
    for level, limit in zip(deviations, limits, strict=True):
        moved = torch.maximum(moved, F.interpolate((_length(level) > limit).float(), size, mode="nearest"))
    return F.max_pool2d(moved, 3, 1, 1) > 0


def _length(deviations: Tensor) -> Tensor:
    return deviations.float().square().mean(dim=1, keepdim=True).sqrt()


def _quantile(values: Tensor) -> Tensor:
    return torch.quantile(values[:: max(1, len(values) // _SAMPLE)][:_SAMPLE], _QUANTILE)
