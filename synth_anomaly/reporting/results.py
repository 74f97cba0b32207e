"""Everything that an evaluation leaves in a folder: figures, maps, scores, pictures and a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from synth_anomaly.evaluation import METRICS, Evaluation
from synth_anomaly.files import write_whole
from synth_anomaly.reporting.compared import Compared
from synth_anomaly.reporting.evaluation_sheet import Pictures, Reconstruct, evaluation_sheet
from synth_anomaly.reporting.extent import extent_note, reported
from synth_anomaly.reporting.html import Report, write_report
from synth_anomaly.reporting.maps import write_maps, write_scores_csv
from synth_anomaly.reporting.metrics_file import add_to_metrics, write_metrics
from synth_anomaly.reporting.per_image import image_facts
from synth_anomaly.reporting.provenance import Provenance
from synth_anomaly.reporting.scale import common_scale
from synth_anomaly.reporting.versions import versions

__all__ = ["Results", "write_comparison", "write_results"]


@dataclass(frozen=True, kw_only=True)
class Results:
    """What came out of a run.

    Attributes:
        provenance: Where the figures come from.
        evaluation: The figures; None where there was nothing to test on.
        recipe: The recipe's text.
        provider: The distribution that provides the method.
        published: The paper's own figures by name; may be empty.
        published_mean: The paper's own means over the data set's categories; may be empty.
        seconds: Wall time.
        notes: What a reader should know first.
        facts: Further plain values for ``metrics.json``.
        reconstruct: Adds reconstructions to the contact sheet.
        pictures: Adds the method's own columns to it.
    """

    provenance: Provenance
    evaluation: Evaluation | None
    recipe: str
    provider: str
    published: Mapping[str, float]
    seconds: float
    published_mean: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    reconstruct: Reconstruct | None = None
    pictures: Pictures | None = None

    @property
    def metrics(self) -> dict[str, float]:
        """The figures by name; all nan where there was nothing to test on."""
        return dict.fromkeys(METRICS, float("nan")) if self.evaluation is None else self.evaluation.metrics


def write_results(folder: Path, results: Results, *, all_maps: bool = False) -> None:
    """Write ``maps/``, ``scores.csv``, ``contact-sheet.png``, ``report.html`` and, last, ``metrics.json``.

    Args:
        folder: Where to.
        results: What to write.
        all_maps: Whether every map is written, though the test images be thousands.
    """
    evaluation = results.evaluation
    facts = dict(results.facts)
    if evaluation is not None:
        images = image_facts(evaluation)
        if note := extent_note(images, all_maps=all_maps):
            results = replace(results, notes=(*results.notes, note))
        write_maps(folder, evaluation, None if all_maps else reported(images))
        write_scores_csv(folder / "scores.csv", evaluation)
        _write_pictures(folder, results, evaluation)
        facts |= {
            "score_size": evaluation.score_size,
            "iou_threshold": evaluation.iou_threshold,
            "image_f1_threshold": evaluation.f1_threshold,
            "map_range": astuple(common_scale(evaluation.maps)),
            "skipped": evaluation.skipped,
            "undefined": evaluation.undefined,
            **evaluation.removal.facts(),
        }
    write_metrics(
        folder / "metrics.json",
        results.metrics,
        results.provenance,
        seconds=results.seconds,
        versions=versions(results.provider),
        published=results.published,
        notes=results.notes,
        **facts,
    )


def write_comparison(folder: Path, results: Results, compared: Mapping[str, Compared]) -> None:
    """Write what others came to on the same images into a run's ``report.html`` and, last, ``metrics.json``.

    Args:
        folder: Where the run's results are written already.
        results: Those results.
        compared: The others by name.
    """
    if (evaluation := results.evaluation) is not None:
        note = extent_note(image_facts(evaluation))
        noted = replace(results, notes=(*results.notes, note)) if note else results
        with Image.open(folder / "contact-sheet.png") as sheet:
            write_report(folder / "report.html", _report(noted, evaluation, sheet, compared))
    facts = {name: run.facts() for name, run in compared.items()}
    add_to_metrics(folder / "metrics.json", compared=facts)


def _write_pictures(folder: Path, results: Results, evaluation: Evaluation) -> None:
    provenance = results.provenance
    sheet = evaluation_sheet(
        evaluation,
        title=provenance.title,
        subtitle=_subtitle(results),
        badge=provenance.badge,
        reconstruct=results.reconstruct,
        pictures=results.pictures,
    )
    content = BytesIO()
    sheet.save(content, "PNG")
    write_whole(folder / "contact-sheet.png", content.getvalue())
    write_report(folder / "report.html", _report(results, evaluation, sheet))


def _report(
    results: Results,
    evaluation: Evaluation,
    sheet: Image.Image,
    compared: Mapping[str, Compared] | None = None,
) -> Report:
    return Report(
        provenance=results.provenance,
        evaluation=evaluation,
        sheet=sheet,
        published=results.published,
        recipe=results.recipe,
        versions=versions(results.provider),
        facts={
            name.replace("_", " "): str(value)
            for name, value in results.facts.items()
            if isinstance(value, str | int | float)
        },
        notes=results.notes,
        input_size=tuple(results.facts.get("input_size", (0, 0))),
        cpu_seconds=results.facts.get("cpu_seconds", float("nan")),
        compared=compared or {},
    )


def _subtitle(results: Results) -> str:
    """Return preset, seed and split, and the textures that a method was trained with, where there are any."""
    textures = results.facts.get("textures")
    return results.provenance.details + (f" · textures: {textures}" if textures else "")
