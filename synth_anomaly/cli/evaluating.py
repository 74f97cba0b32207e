"""What `sat evaluate` does, once its command line is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from synth_anomaly.cli.console import warn
from synth_anomaly.cli.execute import closing
from synth_anomaly.cli.output import output_folder
from synth_anomaly.cli.picture_options import reading_asked_for
from synth_anomaly.cli.recipes import data_asked_for
from synth_anomaly.cli.summary import print_line
from synth_anomaly.data import ImageCounts
from synth_anomaly.recipe import Recipe, overrides
from synth_anomaly.reporting.results import write_results
from synth_anomaly.reporting.table import metrics_table
from synth_anomaly.runs import evaluate_run, run_folder

__all__ = ["evaluate_asked_for"]


def evaluate_asked_for(run: Path, out: Path | None, given: Mapping[str, Any]) -> None:
    """Evaluate a run again, print its figures, and last the folder that holds what was written.

    Args:
        run: The run's folder, or one in it.
        out: A new or empty folder; None for one in the run's.
        given: The command line's other options.

    Raises:
        SynthAnomalyError: If the run or the images are not there.
    """
    run = run_folder(run)
    data = data_asked_for(Recipe.read(run).data, given)
    with output_folder(out, run, "evaluation") as folder:
        results = evaluate_run(
            run,
            data,
            device=given["device"],
            precision=given["precision"],
            allow_code=given["allow_code"],
            warn=warn,
            settings={**reading_asked_for(given), **overrides(given["changes"])},
        )
        write_results(folder, results, all_maps=given["all_maps"])
    console = Console()
    reasons = () if results.evaluation is None else results.evaluation.undefined.values()
    console.print(metrics_table(results.metrics, results.provenance, results.published, reasons))
    counts = results.facts["images"]
    print_line(console, f" {ImageCounts(test=counts['test'], masks=counts['test_masks']).text()}", "dim")
    print_line(console, f" {closing([results])}", "dim")
    click.echo(folder)
