"""Everything that a synthesizer makes, as a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from synth_anomaly.files import write_text
from synth_anomaly.interfaces import Synthesizer
from synth_anomaly.reporting.synthesis.files import readable_json, write_picture, write_sample
from synth_anomaly.reporting.synthesis.samples import SyntheticSample, synthetic_samples
from synth_anomaly.reporting.synthesis.sheet import synthesis_sheet
from synth_anomaly.reporting.synthesis.statistics import (
    DefectMeasures,
    DefectStatistics,
    defect_statistics,
    measure_defects,
)
from synth_anomaly.reporting.synthesis.texts import GUIDE_NOTE, counted, summary_line
from synth_anomaly.reporting.synthesis.trial import make_defects
from synth_anomaly.reporting.versions import versions

__all__ = ["Synthesis"]

_ON_THE_SHEET = 64


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """A synthesizer and the images that it works on.

    Attributes:
        name: Name of the synthesizer.
        synthesizer: What makes the defects.
        recipe: The synthesizer as a recipe writes it.
        changes: What of it the user changed, in a few words; may be empty.
        provider: The distribution that provides it; empty where none does.
        notes: What a reader should know of what it makes.
        origin: Where the images come from.
        is_demo: Whether they are rendered.
        images: ``(N, 3, H, W)`` in [0, 1]; the samples take them in turn.
        names: A name each.
        donors: Other images; None where there are none.
        seed: Decides what is drawn.
        count: How many samples to make, 1 or more.
        guides: Where on each image a defect may lie, ``(N, 1, H, W)``; None is everywhere.
        guide: The guide as a recipe writes it; None where there is none.
        guide_text: The same in a few words.
    """

    name: str
    synthesizer: Synthesizer
    recipe: Mapping[str, Any]
    changes: str = ""
    provider: str = ""
    notes: Sequence[str] = ()
    origin: str
    is_demo: bool
    images: Tensor
    names: Sequence[str]
    donors: Tensor | None
    seed: int
    count: int
    guides: Tensor | None = None
    guide: Any = None
    guide_text: str = ""

    @property
    def details(self) -> str:
        """Seed, size and what the user changed, in a line."""
        height, width = self.images.shape[2:]
        changes = [f"set {self.changes}"] if self.changes else []
        guide = [f"guide {self.guide_text}"] if self.guide_text else []
        start = [f"{counted(self.count, 'sample')} of {width}x{height}", f"seed {self.seed}"]
        return " · ".join([*start, *guide, *changes])

    def write(self, folder: Path) -> DefectStatistics:
        """Write images, masks, guides, parameters, ``contact-sheet.png`` and, last, ``synthesis.json``.

        Args:
            folder: Where to; it exists.

        Returns:
            The statistics of the samples.

        Raises:
            SynthAnomalyError: If the synthesizer cannot work on these images.
            OSError: If a file cannot be written.
        """
        measures: list[DefectMeasures] = []
        shown: list[SyntheticSample] = []
        for number, sample in enumerate(self._samples(measures)):
            write_sample(folder, number, sample)
            if number < _ON_THE_SHEET:
                shown.append(sample)
        statistics = defect_statistics(DefectMeasures.join(measures))
        self._write_sheet(folder, shown, statistics)
        write_text(folder / "synthesis.json", readable_json(self._facts(statistics)))
        return statistics

    def _samples(self, measures: list[DefectMeasures]) -> Iterator[SyntheticSample]:
        start = 0
        batches = make_defects(
            self.synthesizer,
            self.images,
            self.donors,
            count=self.count,
            seed=self.seed,
            guides=self.guides,
        )
        for before, made in batches:
            measures.append(measure_defects(before, made.images, made.masks))
            yield from synthetic_samples(before, made, self.names, start=start, guides=self.guides)
            start += len(before)

    def _write_sheet(
        self, folder: Path, samples: Sequence[SyntheticSample], statistics: DefectStatistics
    ) -> None:
        some = f"the first {len(samples)} of " if len(samples) < self.count else ""
        sheet = synthesis_sheet(
            samples,
            title=f"{self.name} on {self.origin}",
            subtitle=some + self.details + (f" ({GUIDE_NOTE})" if self.guide_text else ""),
            summary=summary_line(statistics),
            note="; ".join(self.notes),
            badge="DEMO" if self.is_demo else "",
        )
        write_picture(folder / "contact-sheet.png", sheet)

    def _facts(self, statistics: DefectStatistics) -> dict[str, Any]:
        return {
            "synthesizer": self.recipe,
            **({} if self.guide is None else {"guide": self.guide}),
            "images": self.origin,
            "is_demo": self.is_demo,
            "seed": self.seed,
            "size": list(self.images.shape[2:]),
            "samples": self.count,
            "notes": list(self.notes),
            "statistics": {name: value for name, value in asdict(statistics).items() if name != "areas"},
            "versions": versions(self.provider),
        }
