"""`sat predict`: maps and scores of new images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth_anomaly.cli.folder_options import subfolders_option
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
from synth_anomaly.cli.picture_options import image_options

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
@subfolders_option("yes")
@click.option("--batch-size", type=click.IntRange(min=1), help="Images a batch.  [default: the run's]")
@prediction_precision_option
@device_option
@threads_option
@image_options
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
    **given: Any,
) -> None:
    """Predict new images with the trained method in RUN: files, and every image in folders.

    For each image there is a map (.npz), an overlay (.png) and a line in scores.csv, under the image's path
    below the folder that all images share. The last line printed is the folder that holds them. A prediction
    that fails or is stopped leaves nothing.
    """
    from synth_anomaly.cli.predicting import predict_asked_for

    predict_asked_for(run, images, out, given, quiet=is_quiet(context))
