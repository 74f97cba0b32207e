"""What `sat predict` does, once its command line is read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from synth_anomaly.cli.console import warn
from synth_anomaly.cli.output import output_folder
from synth_anomaly.cli.picture_options import reading_asked_for
from synth_anomaly.cli.summary import print_line
from synth_anomaly.data import LabelledBatch, as_samples, load_test, read_as, resize_image
from synth_anomaly.errors import RunError
from synth_anomaly.evaluation import map_peaks, resize_map
from synth_anomaly.interfaces import Prediction
from synth_anomaly.method import load_method
from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.metrics_file import read_metrics
from synth_anomaly.reporting.predictions import PredictionWriter
from synth_anomaly.reporting.scale import Scale
from synth_anomaly.runs import run_folder

__all__ = ["predict_asked_for"]


def predict_asked_for(
    run: Path, images: Sequence[str], out: Path | None, given: Mapping[str, Any], *, quiet: bool
) -> None:
    """Write maps and scores of new images, and print the folder that holds them.

    Args:
        run: The run's folder, or one in it.
        images: Files and folders.
        out: A new or empty folder; None for one in the run's.
        given: The command line's other options.
        quiet: Whether to show no progress.

    Raises:
        SynthAnomalyError: If the run is not there, or an image cannot be read.
    """
    run = run_folder(run)
    folders = Recipe.read(run).data.options
    found = as_samples(
        images,
        "new",
        subfolders=given["subfolders"],
        mask_suffix=tuple(folders.get("mask_suffix", ())),
        warn=warn,
    )
    method = load_method(
        run,
        device=given["device"],
        allow_code=given["allow_code"],
        settings=reading_asked_for(given),
        warn=warn,
    )
    samples = read_as(found, method.settings.reading)
    if not quiet:
        print_line(Console(stderr=True), f"images: {len(samples)} to predict", "bold")
    loaded = load_test(
        samples,
        method.settings.input_size,
        batch_size=given["batch_size"] or method.settings.batch_size,
        score_size=given["map_size"],
        skip_bad=bool(given["skip_bad"]),
    )
    batches = -(-len(samples) // loaded.batch_size)
    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal
    with output_folder(out, run, "predictions") as folder, PredictionWriter(folder, scale=_scale(run)) as to:
        for batch in track(
            loaded, "predicting", total=batches, console=console, disable=hidden, transient=True
        ):
            _write(
                to,
                batch,
                method.predict(batch.images, batch_size=loaded.batch_size, precision=given["precision"]),
            )
    for remark in loaded.remarks:
        warn(remark.text)
    for skip in loaded.skipped:
        warn(f"left out {skip.name}: {skip.reason}")
    click.echo(folder)


def _write(writer: PredictionWriter, batch: LabelledBatch, prediction: Prediction) -> None:
    peaks = map_peaks(prediction.maps)
    for row, (sample, shape) in enumerate(zip(batch.samples, batch.sizes, strict=True)):
        suffix = sample.path.suffix if sample.path else ""
        image, values = resize_image(sample.read(), shape), resize_map(prediction.maps[row], shape)
        score, peak = float(prediction.scores[row]), float(peaks[row])
        writer.write(f"{sample.name}{suffix}", image, values, score, peak)


def _scale(run: Path) -> Scale | None:
    """Return the scale of the run's own pictures, so that overlays are comparable; None where it has none."""
    path = run / "metrics.json"
    if not path.is_file():
        return None
    try:
        map_range = read_metrics(path).get("map_range")
        if not map_range:
            return None
        low, high = map(float, map_range)
        if not -math.inf < low < high < math.inf:
            raise ValueError
    except (RunError, TypeError, ValueError):
        warn(f"{path} cannot be read, so overlays have a scale of their own: make it anew with sat evaluate")
        return None
    return Scale(low, high)
