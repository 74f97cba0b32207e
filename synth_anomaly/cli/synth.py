"""`sat synth`: synthetic defects as files, to look at before a minute is spent on training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth_anomaly.cli.folder_options import kind_options, subfolders_option
from synth_anomaly.cli.guides import guide_option
from synth_anomaly.cli.options import (
    is_quiet,
    quiet_option,
    skip_bad_option,
    threads_option,
    verbose_option,
)
from synth_anomaly.cli.picture_options import image_options

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
@subfolders_option("no")
@kind_options
@guide_option
@click.option("--textures", metavar="PATH", help="Folder of texture images for defects, such as DTD's.")
@click.option("--html", is_flag=True, help="Write a page that shows every synthesizer on these images.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A new or empty folder.  [default: synth/NAME-N]",
)
@threads_option
@image_options
@skip_bad_option
@quiet_option
@verbose_option
@click.pass_context
def synth(context: click.Context, /, name: str | None, images: str | None, **given: Any) -> None:
    """Make synthetic defects on good images, with the synthesizer NAME, else hard-augmentation.

    There are a PNG of each image and of its mask, what was drawn for it as JSON, statistics, and a contact
    sheet with the masks outlined. The last line printed is the folder that holds them.

        sat synth cutpaste bottle --set shape.area=[0.02,0.1]

    With --guide defects lie where it allows, as in training, and the originals are shown dark elsewhere;
    --set guide.OPTION=VALUE sets its options.

    IMAGES_OR_CATEGORY is a category (of the demo, or of --data), a folder of good images, or an image.

    With --html a page shows every synthesizer on the same images, each with its options, source and
    statistics; without NAME, or with 'all', there is the page alone.
    """
    from synth_anomaly.cli.synth_writing import synthesise_asked_for

    synthesise_asked_for(name, images, given, quiet=is_quiet(context))
