"""`sat evaluate`: the figures of a trained run, on its own images or others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth_anomaly.cli.folder_options import kind_options, subfolders_option
from synth_anomaly.cli.options import (
    allow_code_option,
    device_option,
    prediction_precision_option,
    quiet_option,
    score_size_option,
    skip_bad_option,
    threads_option,
    verbose_option,
)
from synth_anomaly.cli.picture_options import image_options, mask_options

__all__ = ["evaluate"]


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--data", metavar="PATH", help="Other images than the run's own.")
@click.option("--dataset", metavar="NAME", help="Their layout; found out by default.")
@click.option("--category", help="Another category.")
@subfolders_option("as the run's")
@kind_options
@click.option(
    "--set",
    "changes",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a setting that may differ after training, such as scorer: the weights fit either way; "
    "repeatable.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A new or empty folder.  [default: RUN/evaluation-N]",
)
@click.option("--all-maps", is_flag=True, help="Write every map, though the test images be thousands.")
@device_option
@threads_option
@prediction_precision_option
@score_size_option
@image_options
@mask_options
@skip_bad_option
@allow_code_option
@quiet_option
@verbose_option
def evaluate(run: Path, out: Path | None, **given: Any) -> None:
    """Evaluate the trained method in RUN again, and write figures, maps and pictures.

    The last line printed is the folder that holds them.
    """
    from synth_anomaly.cli.evaluating import evaluate_asked_for

    evaluate_asked_for(run, out, given)
