"""How the IoU depends on the threshold (section 4.3.4, figure 6b): the paper's claim is a plateau."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth_anomaly.data import open_dataset, resolve
from synth_anomaly.errors import DataError
from synth_anomaly.evaluation import iou_curve, with_truth
from synth_anomaly.files import write_whole
from synth_anomaly.method import load_method
from synth_anomaly.recipe import Recipe

__all__ = ["ThresholdAnalysis", "analyse", "plot", "write"]

_STEPS = 10_000


@dataclass(frozen=True)
class ThresholdAnalysis:
    """IoU by threshold.

    Attributes:
        title: Which run's.
        thresholds: From 0 to 1 in 10,000 steps.
        iou: IoU of the pixels at or above each threshold.
    """

    title: str
    thresholds: npt.NDArray[np.float64]
    iou: npt.NDArray[np.float64]

    @property
    def best(self) -> float:
        """The highest IoU of the sweep."""
        return float(self.iou.max())

    @property
    def best_threshold(self) -> float:
        """The threshold that gives it."""
        return float(self.thresholds[self.iou.argmax()])

    @property
    def plateau(self) -> tuple[float, float]:
        """Lowest and highest IoU between the thresholds 0.2 and 0.8."""
        inside = self.iou[(self.thresholds >= 0.2) & (self.thresholds <= 0.8)]
        return float(inside.min()), float(inside.max())


def analyse(run: Path, *, device: str = "auto", allow_code: bool = False) -> ThresholdAnalysis:
    """Predict a run's test images again and sweep the threshold.

    Args:
        run: The run's folder.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        allow_code: Whether its recipe may name code by import path.

    Raises:
        DataError: If the test images have no masks.
    """
    recipe = Recipe.read(run)
    data = recipe.data
    method = load_method(run, device=device, allow_code=allow_code)
    source = resolve(
        data.dataset or None,
        data.root or None,
        data.category or None,
        options=data.options,
        allow_code=allow_code,
    )
    dataset = open_dataset(source, source.categories[0], options=data.options, allow_code=allow_code)
    evaluation = method.evaluate(dataset, score_size=data.score_size, skip_bad=data.skip_bad)
    if evaluation.masks is None:
        raise DataError(
            f"expected masks of {dataset.name} {dataset.category}, got none: add ground_truth images"
        )
    grid = np.linspace(0, 1, _STEPS + 1)
    title = f"{method.name} ({recipe.preset}) on {dataset.name} / {dataset.category}"
    return ThresholdAnalysis(title, grid, iou_curve(*with_truth(evaluation.maps, evaluation.masks), grid))


def write(path: Path, analysis: ThresholdAnalysis) -> None:
    """Write the sweep as CSV: threshold, iou."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("threshold", "iou"))
    lines.writerows(zip(analysis.thresholds.round(4), analysis.iou, strict=True))
    write_whole(path, text.getvalue().encode())


def plot(path: Path, analysis: ThresholdAnalysis) -> None:
    """Draw the sweep as PNG, as in figure 6b."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    axes.axvspan(0.2, 0.8, color="tab:green", alpha=0.08, lw=0)
    axes.plot(analysis.thresholds, analysis.iou, color="tab:green", lw=2)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="threshold", ylabel="IoU", title=analysis.title)
    axes.grid(alpha=0.3)
    content = io.BytesIO()
    FigureCanvasAgg(figure).print_png(content)  # type: ignore[no-untyped-call]
    write_whole(path, content.getvalue())
