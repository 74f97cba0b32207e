"""What the report says of each test image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt

from synth_anomaly.evaluation.evaluate import Evaluation
from synth_anomaly.files import printable
from synth_anomaly.reporting.written import written_names

__all__ = ["ImageFacts", "image_facts"]


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """One test image in numbers.

    Attributes:
        name: The sample's name, as UTF-8 can hold it.
        defect: ``"good"`` or the kind of defect.
        score: The method's own score.
        map_max: The highest value of the map as the method made it, at the input size.
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
    rows = zip(evaluation.samples, evaluation.scores, evaluation.map_max, evaluation.maps, masks, strict=True)
    facts = []
    names = written_names(sample.name for sample in evaluation.samples)
    for name, (sample, score, highest, values, mask) in zip(names, rows, strict=True):
        known = not np.isnan(evaluation.iou_threshold)
        predicted = values >= evaluation.iou_threshold
        facts.append(
            ImageFacts(
                name=name,
                defect=printable(sample.defect),
                score=float(score),
                map_max=float(highest),
                iou=nan if mask is None or not known else _iou(predicted, mask),
                predicted_share=float(predicted.mean()) if known else nan,
            )
        )
    return facts


def _iou(predicted: npt.NDArray[np.bool_], mask: npt.NDArray[np.bool_]) -> float:
    if not mask.any():
        return nan
    return float(np.count_nonzero(predicted & mask) / np.count_nonzero(predicted | mask))
