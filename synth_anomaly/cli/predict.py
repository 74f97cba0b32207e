"""`sat predict`: maps and scores of new images."""

from __future__ import annotations

import math
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from synth_anomaly.cli.console import warn
from synth_anomaly.cli.options import (
    allow_code_option,
    device_option,
    is_quiet,
    prediction_precision_option,
    quiet_option,
    skip_bad_option,
    threads_option,
    verbose_option,
)
from synth_anomaly.cli.output import output_folder
from synth_anomaly.data import LabelledBatch, ScoreSize, as_samples, load_test, resize_image
from synth_anomaly.errors import RunError
from synth_anomaly.evaluation import resize_map
from synth_anomaly.interfaces import Prediction
from synth_anomaly.method import load_method
from synth_anomaly.reporting.metrics_file import read_metrics
from synth_anomaly.reporting.predictions import PredictionWriter
from synth_anomaly.reporting.scale import Scale
from synth_anomaly.runs import run_folder

__all__ = ["predict"]


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True, metavar="IMAGE_OR_FOLDER...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A new or empty folder.  [default: RUN/predictions-N]",
)
@click.option(
    "--map-size",
    type=click.Choice(["native", "input"]),
    default="native",
    show_default=True,
    help="Maps and overlays at each image's own size, or at the network's input size.",
)
@click.option("--batch-size", type=click.IntRange(min=1), help="Images a batch.  [default: the run's]")
@prediction_precision_option
@device_option
@threads_option
@skip_bad_option
@allow_code_option
@quiet_option
@verbose_option
@click.pass_context
def predict(
    context: click.Context,
    /,
    run: Path,
    images: tuple[str, ...],
    out: Path | None,
    map_size: ScoreSize,
    batch_size: int | None,
    precision: str,
    device: str,
    skip_bad: bool | None,
    allow_code: bool,
    quiet: bool,  # noqa: ARG001  # read by is_quiet
) -> None:
    """Predict new images with the trained method in RUN: files, and every image in folders.

    For each image there is a map (.npz), an overlay (.png) and a line in scores.csv, under the image's path
    below the folder that all images share. The last line printed is the folder that holds them. A prediction
    that fails or is stopped leaves nothing.
    """
    run = run_folder(run)
    samples = as_samples(images, "new")
    method = load_method(run, device=device, allow_code=allow_code)
    loaded = load_test(
        samples,
        method.settings.input_size,
        batch_size=batch_size or method.settings.batch_size,
        score_size=map_size,
        skip_bad=bool(skip_bad),
    )
    batches = -(-len(samples) // loaded.batch_size)
    console = Console(stderr=True)
    hidden = is_quiet(context) or not console.is_terminal
    with output_folder(out, run, "predictions") as folder, PredictionWriter(folder, scale=_scale(run)) as to:
        for batch in track(
            loaded, "predicting", total=batches, console=console, disable=hidden, transient=True
        ):
            _write(to, batch, method.predict(batch.images, batch_size=loaded.batch_size, precision=precision))
    for skip in loaded.skipped:
        warn(f"left out {skip.name}: {skip.reason}")
    click.echo(folder)


def _write(writer: PredictionWriter, batch: LabelledBatch, prediction: Prediction) -> None:
    for row, (sample, shape) in enumerate(zip(batch.samples, batch.sizes, strict=True)):
        suffix = sample.path.suffix if sample.path else ""
        image, values = resize_image(sample.read(), shape), resize_map(prediction.maps[row], shape)
        writer.write(f"{sample.name}{suffix}", image, values, float(prediction.scores[row]))


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
