"""`sat run`: train a method, evaluate it, and write everything down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from synth_anomaly.cli.execute import Screen, execute, execute_all
from synth_anomaly.cli.guides import guide_option
from synth_anomaly.cli.options import (
    allow_code_option,
    device_option,
    is_quiet,
    quiet_option,
    score_size_option,
    skip_bad_option,
    threads_option,
    verbose_option,
)
from synth_anomaly.cli.recipes import is_recipe, recipes_asked_for
from synth_anomaly.reporting.progress import Progress
from synth_anomaly.runs import (
    RunOptions,
    category_recipes,
    check_recipe,
    find_source,
    new_run,
    open_categories,
    resume_run,
)

__all__ = ["run"]


@click.command()
@click.argument("what", metavar="METHOD|RECIPE", required=False)
@click.option("--category", help="A category of the data set, several as A,B, or 'all' for every one.")
@click.option(
    "--data", metavar="PATH", help="Folder of images; else $SAT_DATA, ./datasets/mvtec_ad, the demo."
)
@click.option("--dataset", metavar="NAME", help="The folder's layout; found out by default.")
@click.option(
    "--preset",
    help="A named set of the method's settings, or several as A,B.  [default: quick, where it has one]",
)
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Change a setting; repeatable.")
@click.option("--synthesizer", metavar="NAME", help="Like --set synthesizer=NAME; so are the next five.")
@click.option("--backbone", metavar="NAME")
@click.option("--head", metavar="NAME")
@click.option("--loss", metavar="NAME")
@click.option("--scorer", metavar="NAME")
@click.option("--augment", metavar="NAME", help="flips, symmetries, or a class of kornia.augmentation.")
@guide_option
@click.option("--textures", metavar="PATH", help="Folder of texture images for defects, such as DTD's.")
@click.option("--seed", type=click.IntRange(min=0), help="Decides everything random.  [default: 0]")
@device_option
@threads_option
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
@verbose_option
@click.pass_context
def run(context: click.Context, /, what: str | None, resume: Path | None, out: Path, **given: Any) -> None:
    """Train METHOD on good images, evaluate it, and write everything down.

    The last line printed is the run's folder. Without any data it trains on rendered demo images:

        sat run anoseg --category bottle

    A recipe, or the folder of a run, runs again:

        sat run runs/anoseg/bottle/1

    The settings that it records stand, with another --category too; --set changes them.

    Several presets or categories are a run each, and one table at the end:

        sat run anoseg --preset base,full --category bottle,carpet
    """
    progress = Progress(Console(stderr=True), quiet=is_quiet(context))
    screen = Screen(progress)
    options = RunOptions(
        device=given["device"], allow_code=given["allow_code"], listeners=[progress], warn=progress.on_message
    )
    if resume is not None:
        _refuse_beside_resume(context)
        started = resume_run(resume, options)
        execute(started, screen)
        click.echo(started.folder)
        return
    if what is None:
        raise click.UsageError("Name a method (see: sat list method) or a recipe, or give --resume RUN.")
    # who types an import path trusts it; who runs a file may not have read it
    options = replace(options, allow_code=given["allow_code"] or not is_recipe(what))
    recipes = recipes_asked_for(what, given)
    data = recipes[0].data  # the presets' recipes differ in nothing but the preset
    source = find_source(data, allow_code=options.allow_code)
    datasets = open_categories(data, source, allow_code=options.allow_code)
    plan = category_recipes(
        recipes, source.dataset, list(datasets), textures=given["textures"], allow_code=options.allow_code
    )
    for recipe in {one.recipe.preset: one.recipe for one in plan[len(datasets) :]}.values():
        check_recipe(recipe, options)
    runs = (new_run(one.recipe, source, datasets[one.category], out, options) for one in plan)
    if len(plan) > 1:
        click.echo(execute_all(runs, plan, screen, notice=source.notice))
        return
    started = next(runs)
    execute(started, screen, notice=source.notice)
    click.echo(started.folder)


def _refuse_beside_resume(context: click.Context) -> None:
    """A resumed run goes on as its recipe says; anything else on the command line would be ignored."""
    allowed = {"resume", "device", "threads", "allow_code", "quiet"}
    given = [
        parameter.opts[0] if isinstance(parameter, click.Option) else str(context.params[parameter.name])
        for parameter in context.command.params
        if parameter.name is not None
        and parameter.name not in allowed
        and context.get_parameter_source(parameter.name) is click.core.ParameterSource.COMMANDLINE
        and context.params.get(parameter.name) is not None
    ]
    if given:
        raise click.UsageError(f"--resume goes on as the run's recipe says: leave out {', '.join(given)}.")
