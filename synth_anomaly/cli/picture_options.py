"""Options of how picture files are read, the same for every command that reads some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

__all__ = ["image_options", "mask_options", "reading_asked_for"]

Command = TypeVar("Command", bound=Callable[..., Any])

_NAMES = ("white", "max_pixels", "pages", "background", "mask_threshold", "invert_masks", "mask_classes")


def _number(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    """Return a whole number as one, as it is written in a recipe."""
    return int(value) if value is not None and value.is_integer() else value


_IMAGES = (
    click.option(
        "--white",
        type=click.FloatRange(min=0, min_open=True),
        callback=_number,
        metavar="VALUE",
        help="What is white in images of more than 8 bits, such as 4095 for a 12-bit camera.  [default: what "
        "files declare, or all of their bits]",
    ),
    click.option(
        "--max-pixels",
        type=click.IntRange(min=1),
        metavar="N",
        help="Read images of up to so many pixels.  [default: 178956970]",
    ),
    click.option(
        "--background",
        metavar="COLOUR",
        help="What is behind transparent pixels: a name or '#rrggbb'.  [default: white]",
    ),
    click.option(
        "--pages",
        type=click.Choice(["first", "all"]),
        help="Of files with several pages: the first, or each as an image.  [default: first]",
    ),
)
_MASKS = (
    click.option(
        "--mask-threshold",
        type=click.IntRange(1, 255),
        metavar="LEVEL",
        help="Mask pixels from this level on are defects, of 255.  [default: all that are not black; 128 in "
        "lossy formats]",
    ),
    click.option(
        "--invert-masks",
        is_flag=True,
        default=None,
        help="What mask files mark is good, the rest a defect.",
    ),
    click.option(
        "--mask-classes",
        metavar="A,B",
        help="The values of masks that are defects: palette indices, grey values, or colours as '#ff0000'.",
    ),
)


def image_options(command: Command) -> Command:
    """Give a command the options of how images are read."""
    for option in reversed(_IMAGES):
        command = option(command)
    return command


def mask_options(command: Command) -> Command:
    """Give a command the options of how masks are read."""
    for option in reversed(_MASKS):
        command = option(command)
    return command


def reading_asked_for(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the command line says of how files are read, as a method's settings."""
    asked = {name: given[name] for name in _NAMES if given.get(name) is not None}
    if "mask_classes" in asked:
        parts = (part.strip() for part in asked["mask_classes"].split(","))
        asked["mask_classes"] = [int(part) if part.isdecimal() else part for part in parts if part]
    return asked
