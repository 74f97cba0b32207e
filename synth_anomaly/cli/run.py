"""`sat run`: train a method, evaluate it, and write everything down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth_anomaly.cli.folder_options import kind_options, subfolders_option
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
from synth_anomaly.cli.picture_options import image_options, mask_options
from synth_anomaly.cli.what import is_recipe

__all__ = ["run"]


def _known(_context: click.Context, _argument: click.Parameter, what: str | None) -> str | None:
    """Refuse a name that nobody has, before anything is imported that computes."""
    if what is not None:
        is_recipe(what)
    return what


@click.command()
@click.argument("what", metavar="METHOD|RECIPE", required=False, is_eager=True, callback=_known)
@click.option("--category", help="A category of the data set, several as A,B, or 'all' for every one.")
@click.option(
    "--data", metavar="PATH", help="Folder of images; else $SAT_DATA, ./datasets/mvtec_ad, the demo."
)
@click.option("--dataset", metavar="NAME", help="The folder's layout; found out by default.")
@subfolders_option("no")
@kind_options
@click.option(
    "--preset",
    help="A named set of the method's settings, or several as A,B.  [default: quick, where it has one]",
)
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Change a setting; repeatable.")
@click.option("--synthesizer", metavar="NAME", help="Like --set synthesizer=NAME; so are the next five.")
@click.option(
    "--backbone",
    metavar="NAME",
    help="Where the method's own has that name, its options stay, whatever the preset.",
)
@click.option("--head", metavar="NAME", help="Likewise.")
@click.option("--loss", metavar="NAME")
@click.option("--scorer", metavar="NAME")
@click.option("--augment", metavar="NAME", help="flips, symmetries, or a class of kornia.augmentation.")
@guide_option
@click.option("--textures", metavar="PATH", help="Folder of texture images for defects, such as DTD's.")
@click.option(
    "--compare",
    metavar="NAME",
    help="Run other methods on the same images, for a line beside: METHOD, METHOD/PRESET, a preset that one "
    "method alone has, or several as A,B.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Decides everything random.  [default: 0]")
@device_option
@threads_option
@click.option(
    "--precision", type=click.Choice(["auto", "fp32", "bf16"]), help="Of training.  [default: auto]"
)
@score_size_option
@image_options
@mask_options
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

    Figures say more beside those of another method on the same images:

        sat run anoseg --category bottle --compare segmentation/quick
    """
    if resume is not None:
        _refuse_beside_resume(context)
    elif what is None:
        raise click.UsageError("Name a method (see: sat list method) or a recipe, or give --resume RUN.")
    from synth_anomaly.cli.running import resume_asked_for, run_asked_for

    quiet = is_quiet(context)
    if resume is not None:
        resume_asked_for(resume, given, quiet=quiet)
    elif what is not None:
        run_asked_for(what, out, given, quiet=quiet)


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
