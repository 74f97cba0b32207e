"""What a method makes of its test images, at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage

from synth_anomaly.evaluation.evaluate import Evaluation
from synth_anomaly.interfaces import Sample
from synth_anomaly.reporting.colour import Image, colourise, outline, overlay
from synth_anomaly.reporting.contact_sheet import Cell, Column, Row, contact_sheet, thumbnail_size
from synth_anomaly.reporting.drawing import ACCENT, TEXT, number_text
from synth_anomaly.reporting.labels import figure_text
from synth_anomaly.reporting.per_image import ImageFacts, image_facts
from synth_anomaly.reporting.scale import Scale, common_scale
from synth_anomaly.reporting.selection import Group, select

__all__ = ["Pictures", "Reconstruct", "evaluation_sheet", "shrink", "shrink_map", "shrink_mask"]

_GAIN = 3  # small differences would look black

Reconstruct = Callable[[Sample], Image]
"""Returns what a method thinks the image should look like, uint8 ``(H, W, 3)`` of any size."""


@dataclass(frozen=True)
class Pictures:
    """Columns of a method's own.

    Attributes:
        heads: What stands above them.
        draw: Returns the pictures of a sample, one for each head, uint8 ``(H, W, 3)`` of any size.
    """

    heads: tuple[str, ...]
    draw: Callable[[Sample], Sequence[Image]]


def evaluation_sheet(
    evaluation: Evaluation,
    *,
    title: str,
    subtitle: str = "",
    badge: str = "",
    reconstruct: Reconstruct | None = None,
    pictures: Pictures | None = None,
    count: int = 3,
) -> PillowImage.Image:
    """Return a contact sheet of the best, median and worst defective images and of good ones.

    All maps are shown on one scale, which the sheet states. Only the images shown are read.

    Args:
        evaluation: What was predicted.
        title: The method and the data.
        subtitle: A line below.
        badge: A word beside the title, such as ``"DEMO"``.
        reconstruct: Adds columns of reconstructions, and of how they differ from the input.
        pictures: Adds the method's own columns.
        count: Images in each of the groups best, median and worst, 1 or more.
    """
    facts, scale = image_facts(evaluation), common_scale(evaluation.maps)
    sheet = _Sheet(evaluation, facts, scale, reconstruct, pictures)
    rows = [sheet.row(group, index) for group in select(facts, count) for index in group.rows]
    return contact_sheet(title, subtitle, rows, sheet.columns(), badge=badge, scale=scale)


def shrink(image: Image, size: tuple[int, int]) -> Image:
    """Return an image ``(H, W, 3)`` at another height and width."""
    return np.asarray(PillowImage.fromarray(image).resize(size[::-1], PillowImage.Resampling.LANCZOS))


def shrink_map(values: npt.NDArray[np.floating], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return a map ``(H, W)`` at another height and width: averaged where it shrinks."""
    shrinks = size[0] * size[1] < values.size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(values.astype(np.float32), (size[1], size[0]), interpolation=how), np.float32
    )


def shrink_mask(mask: npt.NDArray[np.bool_], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return a mask ``(H, W)`` at another height and width; a small defect keeps its strongest pixel."""
    share = shrink_map(mask.astype(np.float32), size)
    return share >= min(0.5, float(share.max())) if mask.any() else np.zeros(size, np.bool_)


@dataclass(frozen=True)
class _Sheet:
    evaluation: Evaluation
    facts: list[ImageFacts]
    scale: Scale
    reconstruct: Reconstruct | None
    pictures: Pictures | None

    def columns(self) -> list[Column]:
        threshold = self.evaluation.iou_threshold
        line = "" if isnan(threshold) else f"line: map from {number_text(threshold)}"
        columns = [
            Column("Input"),
            Column("Truth", "defect outlined"),
            Column("Anomaly map", "one scale for all"),
            Column("Overlay", line),
        ]
        if self.reconstruct:
            columns += [Column("Reconstruction"), Column("Difference", f"of input, {_GAIN} times")]
        return columns + [Column(head) for head in (self.pictures.heads if self.pictures else ())]

    def row(self, group: Group, index: int) -> Row:
        facts = self.facts[index]
        iou = [f"IoU {figure_text(facts.iou, 2)}"] if facts.is_defective else []
        return Row(
            name=facts.name,
            cells=self._cells(index),
            facts=[f"score {number_text(facts.score)}", *iou],
            group=group.title,
            note=group.note,
        )

    def _cells(self, index: int) -> list[Cell]:
        sample, values = self.evaluation.samples[index], self.evaluation.maps[index]
        image = sample.read()
        size = thumbnail_size(*image.shape[:2])
        small, shown = shrink(image, size), self.scale.apply(shrink_map(values, size))
        cells: list[Cell] = [small, self._truth(index, small), colourise(shown), overlay(small, shown)]
        if not isnan(self.evaluation.iou_threshold):
            predicted = shrink_mask(values >= self.evaluation.iou_threshold, size)
            cells[3] = outline(overlay(small, shown), predicted, TEXT)
        if self.reconstruct:
            reconstruction = shrink(self.reconstruct(sample), size)
            difference = np.abs(small.astype(np.int16) - reconstruction) * _GAIN
            cells += [reconstruction, difference.clip(0, 255).astype(np.uint8)]
        if self.pictures:
            cells += [shrink(picture, size) for picture in self.pictures.draw(sample)]
        return cells

    def _truth(self, index: int, small: Image) -> Cell:
        if not self.facts[index].is_defective:
            return "no defect"
        mask = None if self.evaluation.masks is None else self.evaluation.masks[index]
        if mask is None:
            return "not known"
        return outline(small, shrink_mask(mask, small.shape[:2]), ACCENT)
