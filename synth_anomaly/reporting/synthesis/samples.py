"""Synthetic samples as pictures and plain numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.reporting.colour import Image, dim, outline
from synth_anomaly.reporting.drawing import ACCENT
from synth_anomaly.reporting.evaluation_sheet import shrink, shrink_map, shrink_mask
from synth_anomaly.reporting.synthesis.statistics import measure_defects
from synth_anomaly.reporting.synthesis.texts import percent

__all__ = ["SyntheticSample", "sample_parameters", "synthetic_samples"]


@dataclass(frozen=True, kw_only=True)
class SyntheticSample:
    """One image with its defect.

    Attributes:
        image: Name of the original.
        before: The original, uint8 ``(H, W, 3)``.
        after: The same with its defect.
        mask: uint8 ``(H, W)``; 0 exactly where the mask is 0, 255 where it is 1.
        parameters: What was drawn for it, as plain values nested by part.
        area: Share of the pixels whose mask is above 0.
        changed: Share of the pixels that changed visibly.
        guide: Where on the original a defect may lie, uint8 ``(H, W)``, from 128 on; None is everywhere.
    """

    image: str
    before: Image
    after: Image
    mask: npt.NDArray[np.uint8]
    parameters: dict[str, Any]
    area: float
    changed: float
    guide: npt.NDArray[np.uint8] | None = None

    @property
    def guide_share(self) -> float:
        """Share of the pixels on which a defect may lie."""
        return 1.0 if self.guide is None else float((self.guide >= 128).mean())

    @property
    def is_defective(self) -> bool:
        """Whether it shows a defect; one of an empty mask is normal."""
        return bool(self.mask.any())

    @property
    def facts(self) -> str:
        """How much of the image is defect, and how much changed, in a few words."""
        if not self.is_defective:
            return "normal sample: the mask is empty"
        allowed = "" if self.guide is None else f", guide {percent(self.guide_share)}"
        return f"mask {percent(self.area)}, changed {percent(self.changed)}{allowed}"

    def views(self, size: tuple[int, int]) -> tuple[Image, Image, Image]:
        """Return the original, the sample, and the sample with its mask outlined, at another size.

        The original is the darker, the lower the guide.

        Args:
            size: Height and width of each.
        """
        after = shrink(self.after, size)
        # a fine line, or it would hide small defects
        outlined = outline(after, shrink_mask(self.mask > 0, size), ACCENT, thickness=1.0)
        before = shrink(self.before, size)
        if self.guide is not None:
            before = dim(before, shrink_map(self.guide / np.float32(255), size))
        return before, after, outlined


def synthetic_samples(
    before: Tensor,
    defects: Defects,
    names: Sequence[str],
    *,
    start: int = 0,
    guides: Tensor | None = None,
) -> Iterator[SyntheticSample]:
    """Yield a batch's samples.

    Args:
        before: The originals, ``(B, 3, H, W)`` in [0, 1].
        defects: What became of them.
        names: Names of all the images, which the samples take in turn.
        start: Number of the batch's first sample.
        guides: The guide of each of those images, ``(N, 1, H, W)``; None where there is none.
    """
    measures = measure_defects(before, defects.images, defects.masks)
    originals, made = _pictures(before), _pictures(defects.images)
    masks = _levels(defects.masks)[:, 0]
    allowed = None if guides is None else _pictures(guides)[..., 0]
    for row in range(len(before)):
        yield SyntheticSample(
            image=names[(start + row) % len(names)],
            before=originals[row],
            after=made[row],
            mask=masks[row],
            parameters=sample_parameters(defects.parameters, row),
            area=float(measures.area[row]),
            changed=float(measures.changed[row]),
            guide=None if allowed is None else allowed[(start + row) % len(allowed)],
        )


def sample_parameters(parameters: Parameters, row: int) -> dict[str, Any]:
    """Return what was drawn for one sample as plain values, nested by the parts of their names.

    Numbers of 32 bits are written with as many digits as tell them apart.

    Example:
        >>> import torch
        >>> sample_parameters(Parameters({"shape/angle": torch.tensor([0.0, 0.1])}), 1)
        {'shape': {'angle': 0.1}}
    """
    nested: dict[str, Any] = {}
    for name, value in parameters.host.items():
        *parts, last = name.split("/")
        table = nested
        for part in parts:
            table = table.setdefault(part, {})
        table[last] = _plain(value[row].numpy())
    return nested


def _plain(value: npt.NDArray[Any]) -> Any:
    if value.dtype == np.float32:
        # the shortest text of a 32-bit number is not that of the same number in 64 bits
        value = value.astype(str).astype(np.float64)
    return value.tolist()


def _pictures(images: Tensor) -> npt.NDArray[np.uint8]:
    scaled = images.float().clamp(0, 1).mul(255).round()
    return np.asarray(scaled.permute(0, 2, 3, 1).cpu().numpy(), np.uint8)


def _levels(masks: Tensor) -> npt.NDArray[np.uint8]:
    values = masks.float().cpu().numpy()
    levels = np.rint(values * 255)
    return np.asarray(np.where(values > 0, np.maximum(levels, 1), 0), np.uint8)
