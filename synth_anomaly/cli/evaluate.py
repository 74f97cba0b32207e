"""`sat evaluate`: the figures of a trained run, on its own images or others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from synth_anomaly.cli.options import allow_code_option, device_option, score_size_option, skip_bad_option
from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.results import write_results
from synth_anomaly.reporting.table import metrics_table
from synth_anomaly.runs import evaluate_run

__all__ = ["evaluate"]


@click.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--data", metavar="PATH", help="Other images than the run's own.")
@click.option("--dataset", metavar="NAME", help="Their layout; found out by default.")
@click.option("--category", help="Another category.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="[default: RUN/evaluation-N]")
@device_option
@click.option(
    "--precision",
    type=click.Choice(["fp32", "bf16"]),
    default="fp32",
    show_default=True,
    help="Of prediction.",
)
@score_size_option
@skip_bad_option
@allow_code_option
def evaluate(folder: Path, out: Path | None, **given: Any) -> None:
    """Evaluate the trained method in RUN again, and write figures, maps and pictures."""
    recipe = Recipe.read(folder)
    changes = {
        name: given[name] for name in ("category", "score_size", "skip_bad") if given[name] is not None
    }
    if given["data"] is not None or given["dataset"] is not None:
        changes |= {"root": given["data"] or "", "dataset": given["dataset"] or "", "options": {}}
    screen = Console(stderr=True)
    results = evaluate_run(
        folder,
        replace(recipe.data, **changes),
        device=given["device"],
        precision=given["precision"],
        allow_code=given["allow_code"],
        warn=lambda text: screen.print(text, style="yellow", highlight=False),
    )
    out = out or _next_folder(folder)
    out.mkdir(parents=True, exist_ok=True)
    write_results(out, results)
    Console().print(metrics_table(results.metrics, results.provenance, results.published))
    click.echo(out)


def _next_folder(folder: Path) -> Path:
    number = 1
    while (folder / f"evaluation-{number}").exists():
        number += 1
    return folder / f"evaluation-{number}"
