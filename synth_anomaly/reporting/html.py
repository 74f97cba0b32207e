"""A run's report as one page that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from PIL import Image

from synth_anomaly.evaluation.curve import iou_curve
from synth_anomaly.evaluation.evaluate import Evaluation, with_truth
from synth_anomaly.files import write_text
from synth_anomaly.reporting.compared import Compared, seconds_text, size_text
from synth_anomaly.reporting.extent import reported
from synth_anomaly.reporting.labels import figure_text, label
from synth_anomaly.reporting.per_image import image_facts
from synth_anomaly.reporting.plots import iou_plot, score_plot
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE, Provenance
from synth_anomaly.reporting.template import data_url, render_page
from synth_anomaly.reporting.written import number_cell

__all__ = ["Report", "render_report", "write_report"]

_POINTS = 241


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a report shows.

    Attributes:
        provenance: Where the figures come from.
        evaluation: The figures, and the images they come from.
        sheet: The contact sheet.
        published: The paper's own figures by name; may be empty.
        recipe: The recipe's text.
        versions: By distribution.
        facts: Further lines of a name and a text, such as the training time.
        notes: What the reader should know first.
        input_size: Height and width of the method's input; wanted where there is something to compare with.
        cpu_seconds: What the run took; likewise.
        compared: Other methods on the same images, by name.
    """

    provenance: Provenance
    evaluation: Evaluation
    sheet: Image.Image
    published: Mapping[str, float] = field(default_factory=dict)
    recipe: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    input_size: tuple[int, int] = (0, 0)
    cpu_seconds: float = math.nan
    compared: Mapping[str, Compared] = field(default_factory=dict)


def write_report(path: Path, report: Report) -> None:
    """Write the report as one page; nothing is fetched when it is opened."""
    write_text(path, render_report(report))


def render_report(report: Report) -> str:
    """Return the report as HTML."""
    images = image_facts(report.evaluation)
    return render_page(
        "report.html",
        report=report,
        images=[images[row] for row in reported(images)],
        count=len(images),
        figures=_figures(report),
        costs=_costs(report) if report.compared else [],
        sheet=data_url(report.sheet),
        iou_plot=Markup(_iou_plot(report.evaluation)),  # noqa: S704  # made of numbers alone
        score_plot=Markup(score_plot(images)),  # noqa: S704  # escapes the names it shows
        published_note=PUBLISHED_NOTE if report.published and report.provenance.changes else "",
        exact=number_cell,
        cell=lambda value: "" if math.isnan(value) else f"{value:#.3g}",
        percent=lambda share: "" if math.isnan(share) else f"{share:.2%}",
        figure=figure_text,
    )


def _figures(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "label": label(name),
            "value": value,
            "published": report.published.get(name),
            "compared": [run.metrics.get(name) for run in report.compared.values()],
        }
        for name, value in report.evaluation.metrics.items()
    ]


def _costs(report: Report) -> list[dict[str, Any]]:
    """Return what the run and those beside it took, and their sizes."""
    runs = report.compared.values()
    seconds = (report.cpu_seconds, *(run.cpu_seconds for run in runs))
    sizes = (report.input_size, *(run.input_size for run in runs))
    return [
        {"label": "CPU-seconds", "cells": list(map(seconds_text, seconds))},
        {"label": "input size", "cells": list(map(size_text, sizes))},
    ]


def _iou_plot(evaluation: Evaluation) -> str:
    if evaluation.masks is None or math.isnan(evaluation.iou_threshold):
        return ""
    low = min(float(values.min()) for values in evaluation.maps)
    high = max(float(values.max()) for values in evaluation.maps)
    evenly = np.linspace(low, high if high > low else low + 1.0, _POINTS)
    thresholds = np.unique(np.append(evenly, evaluation.iou_threshold))
    curve = iou_curve(*with_truth(evaluation.maps, evaluation.masks), thresholds)
    return iou_plot(thresholds, curve, evaluation.iou_threshold)
