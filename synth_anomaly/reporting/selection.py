"""Which test images a report shows: the best, the median, the worst, and good ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from synth_anomaly.reporting.per_image import ImageFacts

__all__ = ["Group", "select"]


@dataclass(frozen=True)
class Group:
    """Some images that are shown together.

    Attributes:
        title: What they have in common.
        note: By what they were chosen.
        rows: Their places in the evaluation.
    """

    title: str
    note: str
    rows: tuple[int, ...]


def select(facts: Sequence[ImageFacts], count: int = 3) -> list[Group]:
    """Choose images to show; none is shown twice, and a group without images is left out.

    Defective images are ranked by their IoU, or by their score where the truth of some is not known.

    Args:
        facts: One entry an image.
        count: Images in each of the groups best, median and worst, 1 or more; fewer where there are few.
    """
    defective = [row for row, image in enumerate(facts) if image.is_defective]
    good = [row for row, image in enumerate(facts) if not image.is_defective]
    by_iou = not any(math.isnan(facts[row].predicted_share) for row in defective) and any(
        not math.isnan(facts[row].iou) for row in defective
    )
    best_first = sorted(defective, key=lambda row: _rank(facts[row], by_iou), reverse=True)
    note = "by IoU" if by_iou else "by score"
    best, median, worst = _three(best_first, min(count, max(1, len(best_first) // 3)))
    lowest, middle, highest = _three(sorted(good, key=lambda row: facts[row].score), 1)
    groups = [
        Group("Best defective images", note, best),
        Group("Median defective images", note, median),
        Group("Worst defective images", note, worst),
        Group("Good images", "lowest, median and highest score", lowest + middle + highest),
    ]
    return [group for group in groups if group.rows]


def _rank(image: ImageFacts, by_iou: bool) -> float:
    if not by_iou:
        return image.score
    return -1.0 if math.isnan(image.iou) else image.iou


def _three(order: list[int], count: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return up to ``count`` rows of the start, the middle and the end of an order, none twice."""
    start, rest = order[:count], order[count:]
    end = rest[-count:]
    rest = rest[: len(rest) - len(end)]
    skip = max(0, (len(rest) - count) // 2)
    return tuple(start), tuple(rest[skip : skip + count]), tuple(end)
