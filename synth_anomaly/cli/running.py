"""What `sat run` does, once its command line is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from synth_anomaly.cli.comparing import execute_compared
from synth_anomaly.cli.execute import Screen, execute, execute_all
from synth_anomaly.cli.recipes import recipes_asked_for
from synth_anomaly.cli.references import reference_name, references_asked_for
from synth_anomaly.cli.what import is_recipe
from synth_anomaly.data import Reading, Source
from synth_anomaly.errors import OptionError, SynthAnomalyError
from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.progress import Progress
from synth_anomaly.runs import (
    Planned,
    Run,
    RunOptions,
    category_recipes,
    check_recipe,
    check_settings,
    find_source,
    new_run,
    open_categories,
    resume_run,
)
from synth_anomaly.synthesizers.texture_files import find_textures
from synth_anomaly.training import choose_device

__all__ = ["resume_asked_for", "run_asked_for"]


def resume_asked_for(folder: Path, given: Mapping[str, Any], *, quiet: bool) -> None:
    """Go on with the run in a folder, and print its figures and its folder.

    Raises:
        SynthAnomalyError: If it cannot be resumed, or fails.
    """
    progress = Progress(Console(stderr=True), quiet=quiet)
    started = resume_run(folder, _options(progress, given, allow_code=given["allow_code"]))
    execute(started, Screen(progress))
    click.echo(started.folder)


def run_asked_for(what: str, out: Path, given: Mapping[str, Any], *, quiet: bool) -> None:
    """Run a method or a recipe, print figures, and last the run's folder, or the one of several runs.

    Args:
        what: The method's name or the recipe's path.
        out: The folder of all runs.
        given: The command line's other options.
        quiet: Whether to print the results alone.

    Raises:
        SynthAnomalyError: If something is not there, or a run fails.
    """
    progress = Progress(Console(stderr=True), quiet=quiet)
    screen = Screen(progress)
    # who types an import path trusts it; who runs a file may not have read it
    options = _options(progress, given, allow_code=given["allow_code"] or not is_recipe(what))
    recipes = recipes_asked_for(what, given)
    data = recipes[0].data  # the presets' recipes differ in nothing but the preset
    references = references_asked_for(given["compare"], recipes[0])
    try:
        source = find_source(data, allow_code=options.allow_code)
        reading = Reading.stated(recipes[0].settings)
        datasets = open_categories(data, source, reading, allow_code=options.allow_code)
    except SynthAnomalyError:
        # what is wrong whatever the images are is said first, as it is mended sooner
        _check_beside_images([*recipes, *references], options, given["textures"])
        raise
    plan = category_recipes(
        recipes, source.dataset, list(datasets), textures=given["textures"], allow_code=options.allow_code
    )
    for recipe in {one.recipe.preset: one.recipe for one in plan[len(datasets) :]}.values():
        check_recipe(recipe, options)

    def begin(one: Planned) -> Run:
        return new_run(one.recipe, source, datasets[one.category], out, options)

    if references:
        check_recipe(plan[0].recipe, options)
        others = _others(references, source, datasets, options, given["textures"])
        click.echo(execute_compared(plan, others, begin, screen, notice=source.notice))
        return
    if len(plan) > 1:
        click.echo(execute_all(map(begin, plan), plan, screen, notice=source.notice))
        return
    started = begin(plan[0])
    execute(started, screen, notice=source.notice)
    click.echo(started.folder)


def _others(
    references: Sequence[Recipe],
    source: Source,
    datasets: Iterable[str],
    options: RunOptions,
    textures: str | None,
) -> list[Planned]:
    """Return the runs of the methods to compare with, checked; textures are shown where one has any."""
    others = partial(
        category_recipes, references, source.dataset, list(datasets), allow_code=options.allow_code
    )
    try:
        plan = others(textures=textures)
    except OptionError:
        plan = others()
    for recipe in {reference_name(one.recipe): one.recipe for one in plan}.values():
        check_recipe(recipe, options)
    return plan


def _check_beside_images(recipes: Iterable[Recipe], options: RunOptions, textures: str | None) -> None:
    for recipe in recipes:
        check_settings(recipe, allow_code=options.allow_code)
    choose_device(options.device)
    if textures is not None:
        find_textures(textures)


def _options(progress: Progress, given: Mapping[str, Any], *, allow_code: bool) -> RunOptions:
    return RunOptions(
        device=given["device"], allow_code=allow_code, listeners=[progress], warn=progress.on_message
    )
