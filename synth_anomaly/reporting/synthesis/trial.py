"""What a synthesizer makes of some images: drawn in batches, from a seed alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import ComponentError, SynthAnomalyError
from synth_anomaly.interfaces import Defects, Synthesizer
from synth_anomaly.parameters import Parameters
from synth_anomaly.randomness import generator_for
from synth_anomaly.reporting.synthesis.statistics import (
    DefectMeasures,
    DefectStatistics,
    defect_statistics,
    measure_defects,
)
from synth_anomaly.synthesizers.replay import ADVICE, checked_defects, name_of

__all__ = ["Trial", "make_defects"]

_BATCH = 16


@dataclass(frozen=True)
class Trial:
    """The first samples that a synthesizer makes, and the statistics of many.

    Attributes:
        before: The originals of the samples shown, ``(n, 3, H, W)`` in [0, 1].
        defects: What became of them.
        statistics: Of all samples, those not shown included.
    """

    before: Tensor
    defects: Defects
    statistics: DefectStatistics

    @classmethod
    def of(
        cls,
        synthesizer: Synthesizer,
        images: Tensor,
        donors: Tensor | None,
        *,
        shown: int,
        count: int,
        seed: int = 0,
        guides: Tensor | None = None,
    ) -> Trial:
        """Make ``count`` samples and keep the first ``shown`` of them, at most a batch of 16.

        Args:
            synthesizer: What makes them.
            images: ``(N, 3, H, W)`` in [0, 1]; taken in turn, over and over.
            donors: What content of other images may be taken from.
            shown: How many to keep, 1 or more.
            count: How many to make, at least as many.
            seed: Decides what is drawn.
            guides: Where on each image a defect may lie, ``(N, 1, H, W)``; None is everywhere.
        """
        measures: list[DefectMeasures] = []
        first: tuple[Tensor, Defects] | None = None
        batches = make_defects(synthesizer, images, donors, count=count, seed=seed, guides=guides)
        for before, made in batches:
            measures.append(measure_defects(before, made.images, made.masks))
            first = first or (before[:shown], _first(made, shown))
        assert first is not None  # noqa: S101  # at least one sample is made
        return cls(*first, defect_statistics(DefectMeasures.join(measures)))


def make_defects(
    synthesizer: Synthesizer,
    images: Tensor,
    donors: Tensor | None,
    *,
    count: int,
    seed: int = 0,
    guides: Tensor | None = None,
) -> Iterator[tuple[Tensor, Defects]]:
    """Yield originals and defects in batches of 16, ``count`` samples in all.

    Args:
        synthesizer: What makes them.
        images: ``(N, 3, H, W)`` in [0, 1]; taken in turn, over and over.
        donors: What content of other images may be taken from.
        count: How many.
        seed: Decides what is drawn; each batch draws on its own, whatever ``count`` is.
        guides: Where on each image a defect may lie, ``(N, 1, H, W)``; None is everywhere.
    """
    for number, start in enumerate(range(0, count, _BATCH)):
        # full batches, so that fewer samples are the first of more
        rows = torch.arange(start, start + _BATCH) % len(images)
        before, guide = images[rows], None if guides is None else guides[rows]
        made = _made(synthesizer, before, generator_for(seed, "synth", number), guide, donors)
        yield before[: count - start], _first(made, count - start)


def _made(
    synthesizer: Synthesizer,
    images: Tensor,
    generator: Generator,
    guide: Tensor | None,
    donors: Tensor | None,
) -> Defects:
    """Return what a synthesizer makes.

    Raises:
        ComponentError: If it fails, or makes something else; it may be somebody's first.
    """
    try:
        made = synthesizer(images, generator, guide=guide, donors=donors)
    except SynthAnomalyError:
        raise
    except Exception as error:
        what = f"{name_of(synthesizer)} failed: {type(error).__name__}: {error}"
        raise ComponentError(f"{what}: {ADVICE}") from error
    return checked_defects(made, images, synthesizer)


def _first(made: Defects, shown: int) -> Defects:
    parameters = Parameters({name: value[:shown] for name, value in made.parameters.host.items()})
    return Defects(made.images[:shown], made.masks[:shown], parameters)
