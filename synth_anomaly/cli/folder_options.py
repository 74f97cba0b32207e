"""Options of how folders of images are read, the same for every command that reads some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

__all__ = ["FOLDER_OPTIONS", "folders_asked_for", "kind_options", "subfolders_option"]

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER_OPTIONS = ("subfolders", "good", "bad", "mask_suffix")
"""Options of data sets that say how folders are read."""


def _names(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> list[str] | None:
    """Return names that are given one by one or with commas between them; None where there are none."""
    names = [part.strip() for text in given for part in text.split(",")]
    return list(dict.fromkeys(names)) if given else None


_KINDS = (
    click.option(
        "--good",
        metavar="NAME",
        multiple=True,
        callback=_names,
        help="A folder of this name holds good images, as good, ok and normal do; repeatable, or A,B.",
    ),
    click.option(
        "--bad",
        metavar="NAME",
        multiple=True,
        callback=_names,
        help="A folder of this name holds defective images, as bad, ng and defect do; repeatable, or A,B.",
    ),
    click.option(
        "--mask-suffix",
        metavar="TEXT",
        multiple=True,
        callback=_names,
        help="What follows an image's name in that of its mask, as _mask does; repeatable, or A,B.",
    ),
)


def subfolders_option(default: str) -> Callable[[Command], Command]:
    """Return the option of whether images in subfolders are read.

    Args:
        default: What is done without it, in a word.
    """
    return click.option(
        "--subfolders/--no-subfolders",
        default=None,
        help=f"Read images in subfolders too, at any depth, links followed.  [default: {default}]",
    )


def kind_options(command: Command) -> Command:
    """Give a command the options of what folders and masks are called."""
    for option in reversed(_KINDS):
        command = option(command)
    return command


def folders_asked_for(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the command line says of how folders are read, as options of a data set."""
    return {name: given[name] for name in FOLDER_OPTIONS if given.get(name) is not None}
