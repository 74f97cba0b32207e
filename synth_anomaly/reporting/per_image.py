"""What the report says of each test image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt

from synth_anomaly.evaluation.evaluate import Evaluation

__all__ = ["ImageFacts", "image_facts"]


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """One test image in numbers.

    Attributes:
        name: The sample's name.
        defect: ``"good"`` or the kind of defect.
        score: The method's own score.
        map_max: The highest value of the map.
        iou: Overlap of the truth with map >= the evaluation's threshold; nan where no defect is to be found.
        predicted_share: Share of pixels at or above that threshold; nan where there is none.
    """

    name: str
    defect: str
    score: float
    map_max: float
    iou: float
    predicted_share: float

    @property
    def is_defective(self) -> bool:
        """Whether the image shows a defect."""
        return self.defect != "good"


def image_facts(evaluation: Evaluation) -> list[ImageFacts]:
    """Return the numbers of every image, in the evaluation's order."""
    masks: Sequence[npt.NDArray[np.bool_] | None] = evaluation.masks or [None] * len(evaluation.samples)
    rows = zip(evaluation.samples, evaluation.scores, evaluation.maps, masks, strict=True)
    facts = []
    for sample, score, values, mask in rows:
        known = not np.isnan(evaluation.iou_threshold)
        predicted = values >= evaluation.iou_threshold
        facts.append(
            ImageFacts(
                name=sample.name,
                defect=sample.defect,
                score=float(score),
                map_max=float(values.max()),
                iou=nan if mask is None or not known else _iou(predicted, mask),
                predicted_share=float(predicted.mean()) if known else nan,
            )
        )
    return facts


def _iou(predicted: npt.NDArray[np.bool_], mask: npt.NDArray[np.bool_]) -> float:
    if not mask.any():
        return nan
    return float(np.count_nonzero(predicted & mask) / np.count_nonzero(predicted | mask))
