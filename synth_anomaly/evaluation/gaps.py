"""Why figures of a test set are undefined, or of fewer images than there are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from synth_anomaly.interfaces import Sample

__all__ = ["gap_notes", "undefined_figures"]

Masks = Sequence[npt.NDArray[np.bool_] | None]


def gap_notes(samples: Sequence[Sample], masks: Masks | None) -> dict[str, str]:
    """Return why figures are missing or partial, by what they begin with: ``"image"``, ``"pixel"``.

    Args:
        samples: The test images, one or more.
        masks: The truth of each, as :class:`synth_anomaly.evaluation.Evaluation` has it.
    """
    return dict(_gaps(samples, masks))


def undefined_figures(metrics: Mapping[str, float], notes: Mapping[str, str]) -> dict[str, str]:
    """Return the reason for each figure that is nan, by the figure's name.

    Args:
        metrics: The figures.
        notes: What :func:`gap_notes` returned.
    """
    reasons = {name: notes.get(name.partition("_")[0]) for name in metrics if math.isnan(metrics[name])}
    return {name: reason for name, reason in reasons.items() if reason}


def _gaps(samples: Sequence[Sample], masks: Masks | None) -> Iterator[tuple[str, str]]:
    defective = [row for row, sample in enumerate(samples) if sample.is_defective]
    count = f"{len(samples)} test image{'' if len(samples) == 1 else 's'}"
    if not defective:
        yield "image", f"image figures are n/a: of {count} all are good and none is defective"
        yield "pixel", f"pixel figures are n/a: of {count} none is defective"
        return
    if len(defective) == len(samples):
        yield "image", f"image figures are n/a: of {count} all are defective and none is good"
    without = [row for row in defective if masks is None or masks[row] is None]
    if len(without) == len(defective):
        yield "pixel", f"pixel figures are n/a: none of {len(defective)} defective test images has a mask"
        return
    known = [mask for mask in masks or () if mask is not None]
    if not any(mask.any() for mask in known):
        yield "pixel", f"pixel figures are n/a: the masks of {len(known)} images mark nothing"
    elif all(mask.all() for mask in known):
        yield "pixel", f"pixel figures are n/a: the masks of {len(known)} images mark every pixel"
    elif without:
        yield (
            "pixel",
            f"pixel figures are of {len(known)} of {count}: {len(without)} defective ones have no mask, such "
            f"as {samples[without[0]].name}, and count in image figures alone",
        )
