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
from synth_anomaly.cli.execute import print_line
from synth_anomaly.cli.gallery import SAMPLES, Gallery, registered
from synth_anomaly.cli.guides import guide_option
from synth_anomaly.cli.options import (
    is_quiet,
    quiet_option,
    skip_bad_option,
    threads_option,
    verbose_option,
)
from synth_anomaly.cli.output import output_folder
from synth_anomaly.cli.reading import reading_shown
from synth_anomaly.cli.synth_choice import EVERY, Chosen, changes_of_guide, choose_synthesizer, read_arguments
from synth_anomaly.cli.synth_guide import ChosenGuide, choose_guide
from synth_anomaly.cli.synth_images import Origin, Pictures, find_images
from synth_anomaly.recipe import overrides
from synth_anomaly.reporting.synthesis.folder import Synthesis
from synth_anomaly.reporting.synthesis.page import Exhibit, SynthesisPage, write_synthesis_page
from synth_anomaly.reporting.synthesis.statistics import DefectStatistics, ring_width
from synth_anomaly.reporting.synthesis.table import statistics_table
from synth_anomaly.synthesizers import Texture
from synth_anomaly.synthesizers.inside import read_files
from synth_anomaly.synthesizers.texture_files import find_textures

__all__ = ["synth"]

_IMAGES, _IMAGES_OF_PAGE, _DONORS = 64, 16, 16


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
    name, images = read_arguments(name, images, given)
    if given["textures"] is not None:
        find_textures(given["textures"])
    changes = overrides(given["changes"])
    of_guide = changes_of_guide(name, changes)
    guide = choose_guide(given["guide"], of_guide)
    changes = {key: value for key, value in changes.items() if key not in of_guide}
    chosen = choose_synthesizer(name, changes, given["textures"], page_alone=given["html"])
    origin = find_images(images, given["category"], given["data"], given["dataset"])
    if origin.notice:
        warn(origin.notice)
    count = min(_IMAGES, given["count"]) if chosen else _IMAGES_OF_PAGE
    pictures = origin.read(count, _DONORS, given["size"], skip_bad=bool(given["skip_bad"]))
    if guide is not None:
        pictures = pictures.guided(guide.guide, warn)
    notes = _read_files(chosen, pictures, given, quiet=is_quiet(context))
    stem = re.sub(r"[^\w.-]+", "-", chosen.name if chosen else EVERY)
    with output_folder(given["out"], Path("synth"), stem) as folder:
        made = _synthesis(chosen, origin, pictures, guide, notes, given) if chosen else None
        figures = _written(made, folder, quiet=is_quiet(context)) if made else {}
        exhibits = []
        if given["html"]:
            gallery = Gallery(pictures, given["seed"], given["textures"])
            exhibits = _exhibits(gallery, chosen, context)
            write_synthesis_page(
                folder / "synthesizers.html", _page(origin, pictures, guide, exhibits, notes, given)
            )
    _print(figures, exhibits)
    click.echo(folder)


def _read_files(
    chosen: Chosen | None, pictures: Pictures, given: Mapping[str, Any], *, quiet: bool
) -> tuple[str, ...]:
    """Read textures and masks before anything is made; return what a reader should know of them."""
    pieces: list[object] = [] if chosen is None else [chosen.built.synthesizer]
    if given["html"] and given["textures"] is not None:
        pieces.append(Texture(given["textures"]))
    images = pictures.images
    with reading_shown(quiet=quiet) as report:
        return read_files(pieces, (images.shape[2], images.shape[3]), images.device, report)


def _synthesis(
    chosen: Chosen,
    origin: Origin,
    pictures: Pictures,
    guide: ChosenGuide | None,
    notes: tuple[str, ...],
    given: Mapping[str, Any],
) -> Synthesis:
    return Synthesis(
        name=chosen.name,
        synthesizer=chosen.built.synthesizer,
        recipe=chosen.built.recipe,
        notes=(*chosen.built.notes, *notes),
        changes=chosen.changes,
        provider=chosen.provider,
        origin=origin.title,
        is_demo=origin.is_demo,
        images=pictures.images,
        names=pictures.names,
        donors=pictures.donors,
        seed=given["seed"],
        count=given["count"],
        guides=pictures.guides,
        guide=guide and guide.recipe,
        guide_text=guide.text if guide else "",
    )


def _written(made: Synthesis, folder: Path, *, quiet: bool) -> dict[str, DefectStatistics]:
    if not quiet:
        print_line(Console(stderr=True), f"{made.name} on {made.origin} · {made.details}", "bold")
    for note in made.notes:
        warn(note)
    return {made.name: made.write(folder)}


def _exhibits(gallery: Gallery, chosen: Chosen | None, context: click.Context) -> list[Exhibit]:
    """Return the synthesizer as the user set it, where it is none of those registered, then all of them."""
    first = []
    if chosen is not None and (chosen.changes or chosen.name not in registered()):
        first = [gallery.asked_for(chosen.name, chosen.built)]
    console = Console(stderr=True)
    names = track(
        registered(),
        "making defects",
        console=console,
        disable=is_quiet(context) or not console.is_terminal,
        transient=True,
    )
    return first + [gallery.exhibit(name) for name in names]


def _page(
    origin: Origin,
    pictures: Pictures,
    guide: ChosenGuide | None,
    exhibits: list[Exhibit],
    notes: tuple[str, ...],
    given: Mapping[str, Any],
) -> SynthesisPage:
    size, others = given["size"], 0 if pictures.donors is None else len(pictures.donors)
    images = f"{len(pictures.images)} images, {others} others to take content from"
    return SynthesisPage(
        title=f"Synthesizers on {origin.title}",
        details=f"seed {given['seed']} · {size}x{size} pixels · {images}",
        guide=guide.text if guide else "",
        exhibits=exhibits,
        count=SAMPLES,
        ring=ring_width(size, size),
        is_demo=origin.is_demo,
        notes=tuple(dict.fromkeys([*notes, *(note for exhibit in exhibits for note in exhibit.notes)])),
    )


def _print(figures: Mapping[str, DefectStatistics], exhibits: Iterable[Exhibit]) -> None:
    """Print the statistics of what was made, and what could not be made."""
    console = Console()
    tried = {exhibit.title: exhibit.statistics for exhibit in exhibits if exhibit.statistics is not None}
    console.print(statistics_table(tried or figures))
    for exhibit in exhibits:
        if exhibit.statistics is None:
            print_line(console, f" {exhibit.name}: not shown: {exhibit.reason}", "dim")
