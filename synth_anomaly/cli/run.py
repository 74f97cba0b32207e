"""`sat run`: train a method, evaluate it, and write everything down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from synth_anomaly.cli.options import (
    allow_code_option,
    device_option,
    is_quiet,
    quiet_option,
    score_size_option,
    skip_bad_option,
)
from synth_anomaly.errors import Interrupted
from synth_anomaly.recipe import Recipe, overrides
from synth_anomaly.reporting.progress import Progress
from synth_anomaly.reporting.results import Results
from synth_anomaly.reporting.table import categories_table, metrics_table
from synth_anomaly.runs import Run, RunOptions, find_source, new_run, resume_run

__all__ = ["run"]

_PIECES = ("synthesizer", "backbone", "head", "loss", "scorer", "augment")
_QUICK = "quick"


@click.command()
@click.argument("what", metavar="METHOD|RECIPE", required=False)
@click.option("--category", help="A category of the data set, or 'all' for every one.")
@click.option(
    "--data", metavar="PATH", help="Folder of images; else $SAT_DATA, ./datasets/mvtec_ad, the demo."
)
@click.option("--dataset", metavar="NAME", help="The folder's layout; found out by default.")
@click.option("--preset", help="A named set of the method's settings.  [default: quick]")
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Change a setting; repeatable.")
@click.option("--synthesizer", metavar="NAME", help="Like --set synthesizer=NAME; so are the next five.")
@click.option("--backbone", metavar="NAME")
@click.option("--head", metavar="NAME")
@click.option("--loss", metavar="NAME")
@click.option("--scorer", metavar="NAME")
@click.option("--augment", metavar="NAME", help="flips, quarter-turns, or a class of kornia.augmentation.")
@click.option("--seed", type=click.IntRange(min=0), help="Decides everything random.  [default: 0]")
@device_option
@click.option(
    "--precision", type=click.Choice(["auto", "fp32", "bf16"]), help="Of training.  [default: auto]"
)
@score_size_option
@skip_bad_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder of all runs.",
)
@click.option("--resume", metavar="RUN", type=click.Path(path_type=Path), help="Go on with a stopped run.")
@allow_code_option
@quiet_option
@click.pass_context
def run(context: click.Context, /, what: str | None, resume: Path | None, out: Path, **given: Any) -> None:
    """Train METHOD on good images, evaluate it, and write everything down.

    Without any data it trains on rendered demo images:

        sat run anoseg --category bottle

    A recipe, or the folder of a run, runs again:

        sat run runs/anoseg/bottle/1
    """
    quiet = is_quiet(context)
    screen = Console(stderr=True)
    progress = Progress(screen, quiet=quiet)
    options = RunOptions(
        device=given["device"], allow_code=given["allow_code"], listeners=[progress], warn=progress.on_message
    )
    if resume is not None:
        _refuse_beside_resume(context)
        started = resume_run(resume, options)
        _execute(started, progress, screen, quiet=quiet)
        click.echo(started.folder)
        return
    recipe, is_file = _recipe(what, given)
    options = replace(options, allow_code=given["allow_code"] or not is_file)
    source = find_source(recipe.data, allow_code=options.allow_code)
    if source.notice:
        screen.print(source.notice, style="yellow", highlight=False)
    finished = {}
    for category in source.categories:
        started = new_run(recipe, source, category, out, options)
        finished[category] = _execute(started, progress, screen, quiet=quiet)
    if len(finished) > 1:
        _print_all(finished)
    click.echo(started.folder if len(finished) == 1 else started.folder.parent.parent)


def _execute(started: Run, progress: Progress, screen: Console, *, quiet: bool) -> Results:
    recipe = started.recipe
    if not quiet:
        screen.print(f"[bold]{_headline(started)}[/bold]", highlight=False)
    try:
        with progress:
            results = started.execute()
    except (Interrupted, KeyboardInterrupt):
        raise Interrupted(f"stopped; go on with: sat run --resume {started.folder}") from None
    console = Console()
    console.print(metrics_table(results.metrics, results.provenance, results.published))
    seconds, cpu = results.seconds, results.facts["cpu_seconds"]
    closing = f"{_headline(started)} · {seconds:.0f} s wall, {cpu:.0f} CPU-s · trained in {recipe.precision}"
    console.print(f" {closing}", style="dim", highlight=False, soft_wrap=True)
    return results


def _headline(started: Run) -> str:
    recipe, dataset = started.recipe, started.dataset
    return (
        f"{recipe.method} · preset {recipe.preset} · {dataset.name} {dataset.category} · seed {recipe.seed}"
    )


def _print_all(finished: Mapping[str, Results]) -> None:
    rows = {category: results.metrics for category, results in finished.items()}
    provenance = next(iter(finished.values())).provenance
    title = f"{provenance.method} on {provenance.dataset}"
    Console().print(categories_table(rows, title=title, caption=provenance.details))


def _recipe(what: str | None, given: Mapping[str, Any]) -> tuple[Recipe, bool]:
    """Return the recipe that the command line means, and whether it comes from a file."""
    if what is None:
        raise click.UsageError("Name a method (see: sat list method) or a recipe, or give --resume RUN.")
    path = Path(what)
    is_file = path.suffix == ".toml" or path.is_dir()
    if is_file and given["preset"]:
        raise click.UsageError("A recipe states every setting: use --set NAME=VALUE instead of --preset.")
    recipe = Recipe.read(path) if is_file else Recipe(method=what, preset=_QUICK)
    pieces = [f"{piece}={given[piece]}" for piece in _PIECES if given[piece] is not None]
    recipe = recipe.changed(
        overrides([*pieces, *given["changes"]]),
        **{name: given[name] for name in ("preset", "seed", "precision") if given[name] is not None},
    )
    return replace(recipe, data=_data(recipe, given)), is_file


def _data(recipe: Recipe, given: Mapping[str, Any]) -> Any:
    changes = {
        name: given[name] for name in ("category", "score_size", "skip_bad") if given[name] is not None
    }
    if given["data"] is not None or given["dataset"] is not None:
        changes |= {"root": given["data"] or "", "dataset": given["dataset"] or "", "options": {}}
    return replace(recipe.data, **changes)


def _refuse_beside_resume(context: click.Context) -> None:
    """A resumed run goes on as its recipe says; anything else on the command line would be ignored."""
    allowed = {"resume", "device", "allow_code", "quiet", "out"}
    for name in context.params:
        source = context.get_parameter_source(name)
        if name not in allowed and source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--resume goes on as the run's recipe says: leave out {name}.")
