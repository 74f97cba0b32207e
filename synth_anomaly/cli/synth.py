"""`sat synth`: synthetic defects as files, to look at before a minute is spent on training."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from synth_anomaly.cli.console import warn
from synth_anomaly.cli.gallery import Gallery, registered
from synth_anomaly.cli.guides import guide_option
from synth_anomaly.cli.options import (
    is_quiet,
    quiet_option,
    skip_bad_option,
    threads_option,
    verbose_option,
)
from synth_anomaly.cli.output import output_folder
from synth_anomaly.cli.summary import print_line
from synth_anomaly.cli.synth_choice import EVERY, Chosen
from synth_anomaly.cli.synth_request import read_request
from synth_anomaly.reporting.synthesis.folder import Synthesis
from synth_anomaly.reporting.synthesis.page import Exhibit, write_synthesis_page
from synth_anomaly.reporting.synthesis.statistics import DefectStatistics
from synth_anomaly.reporting.synthesis.table import statistics_table

__all__ = ["synth"]


@click.command()
@click.argument("name", required=False)
@click.argument("images", metavar="[IMAGES_OR_CATEGORY]", required=False)
@click.option("--set", "changes", metavar="NAME=VALUE", multiple=True, help="Set an option; repeatable.")
@click.option("--count", type=click.IntRange(min=1), default=16, show_default=True, help="How many samples.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides all draws.")
@click.option("--size", type=click.IntRange(min=1), default=256, show_default=True, help="Side in pixels.")
@click.option("--category", help="A category of the data set.")
@click.option(
    "--data", metavar="PATH", help="Folder of images; else $SAT_DATA, ./datasets/mvtec_ad, the demo."
)
@click.option("--dataset", metavar="NAME", help="The folder's layout; found out by default.")
@guide_option
@click.option("--textures", metavar="PATH", help="Folder of texture images for defects, such as DTD's.")
@click.option("--html", is_flag=True, help="Write a page that shows every synthesizer on these images.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A new or empty folder.  [default: synth/NAME-N]",
)
@threads_option
@skip_bad_option
@quiet_option
@verbose_option
@click.pass_context
def synth(context: click.Context, /, name: str | None, images: str | None, **given: Any) -> None:
    """Make synthetic defects with the synthesizer NAME on good images.

    There are a PNG of each image and of its mask, what was drawn for it as JSON, statistics, and a contact
    sheet with the masks outlined. The last line printed is the folder that holds them.

        sat synth cutpaste bottle --set shape.area=[0.02,0.1]

    With --guide defects lie where it allows, as in training, and the originals are shown dark elsewhere;
    --set guide.OPTION=VALUE sets its options.

    IMAGES_OR_CATEGORY is a category (of the demo, or of --data), a folder of good images, or an image.

    With --html a page shows every synthesizer on the same images, each with its options, source and
    statistics; without NAME, or with 'all', there is the page alone.
    """
    quiet = is_quiet(context)
    request = read_request(name, images, given, quiet=quiet)
    chosen = request.chosen
    stem = re.sub(r"[^\w.-]+", "-", chosen.name if chosen else EVERY)
    with output_folder(given["out"], Path("synth"), stem) as folder:
        figures = _written(request.synthesis(chosen), folder, quiet=quiet) if chosen else {}
        exhibits = []
        if given["html"]:
            gallery = Gallery(request.pictures, given["seed"], given["textures"])
            exhibits = _exhibits(gallery, chosen, quiet=quiet)
            write_synthesis_page(folder / "synthesizers.html", request.page(exhibits))
    _print(figures, exhibits)
    click.echo(folder)


def _written(made: Synthesis, folder: Path, *, quiet: bool) -> dict[str, DefectStatistics]:
    if not quiet:
        print_line(Console(stderr=True), f"{made.name} on {made.origin} · {made.details}", "bold")
    for note in made.notes:
        warn(note)
    return {made.name: made.write(folder)}


def _exhibits(gallery: Gallery, chosen: Chosen | None, *, quiet: bool) -> list[Exhibit]:
    """Return the synthesizer as the user set it, where it is none of those registered, then all of them."""
    first = []
    if chosen is not None and (chosen.changes or chosen.name not in registered()):
        first = [gallery.asked_for(chosen.name, chosen.built)]
    console = Console(stderr=True)
    names = track(
        registered(),
        "making defects",
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    )
    return first + [gallery.exhibit(name) for name in names]


def _print(figures: Mapping[str, DefectStatistics], exhibits: Iterable[Exhibit]) -> None:
    """Print the statistics of what was made, and what could not be made."""
    console = Console()
    tried = {exhibit.title: exhibit.statistics for exhibit in exhibits if exhibit.statistics is not None}
    console.print(statistics_table(tried or figures))
    for exhibit in exhibits:
        if exhibit.statistics is None:
            print_line(console, f" {exhibit.name}: not shown: {exhibit.reason}", "dim")
