"""Which synthesizer `sat synth` is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.folder_options import folders_asked_for
from synth_anomaly.cli.gallery import provider_of
from synth_anomaly.cli.inline import inline
from synth_anomaly.cli.synth_build import Built, build_synthesizer
from synth_anomaly.cli.synth_images import is_images
from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.options import options_of
from synth_anomaly.registry import IMPORT_PATH
from synth_anomaly.specification import merge

__all__ = ["EVERY", "Chosen", "changes_of_guide", "choose_synthesizer", "read_arguments"]

DEFAULT = "hard-augmentation"

EVERY = "all"
"""The name that stands for every synthesizer."""


@dataclass(frozen=True)
class Chosen:
    """The synthesizer that the user named.

    Attributes:
        name: Its name.
        built: The synthesizer itself, and its recipe.
        changes: What of it the user changed, as text; may be empty.
        provider: The distribution that provides it; empty for an import path.
    """

    name: str
    built: Built
    changes: str
    provider: str


def read_arguments(
    name: str | None, images: str | None, given: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    """Return the synthesizer and the images that two arguments name; a lone one may be either.

    Args:
        name: The first argument.
        images: The second.
        given: The options; ``data`` and ``dataset`` say which categories there are.
    """
    if name is None or images is not None or name == EVERY or _is_synthesizer(name):
        return name, images
    return (
        (None, name)
        if is_images(name, given["data"], given["dataset"], folders_asked_for(given))
        else (name, None)
    )


def _is_synthesizer(name: str) -> bool:
    entries = catalogue().registry("synthesizer").entries
    return bool(IMPORT_PATH.fullmatch(name)) or any(
        name in (entry.component.name, entry.full_name) for entry in entries
    )


def changes_of_guide(name: str | None, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``--set`` says of the guide, unless the synthesizer has an option of that name.

    Args:
        name: The synthesizer's name; None for the usual one.
        changed: All that ``--set`` says.
    """
    if "guide" not in changed:
        return {}
    with suppress(SynthAnomalyError):  # what is wrong with the name is said where it is built
        if "guide" in options_of(catalogue().registry("synthesizer").load(name or DEFAULT)):
            return {}
    return {"guide": changed["guide"]}


def choose_synthesizer(
    name: str | None, changed: Mapping[str, Any], textures: str | None, *, page: bool
) -> Chosen | None:
    """Return the synthesizer that was named; None where the page of all of them is wanted alone.

    Args:
        name: Its name; None for the usual one.
        changed: What ``--set`` says of it.
        textures: A folder of textures, or None.
        page: Whether the page is wanted, alone without a name or with ``"all"``.

    Raises:
        SynthAnomalyError: If there is none of that name, or an option is wrong.
    """
    if name == EVERY and not page:
        raise click.UsageError("'all' is for the page that shows every synthesizer: add --html.")
    if page and name in (None, EVERY):
        if changed:
            raise click.UsageError("--set changes one synthesizer: name it.")
        return None
    name = name or DEFAULT
    plugins = catalogue()
    if changed and plugins.has_clashes:
        plugins.refuse_ambiguous(plugins.registry("synthesizer").load(name), changed)
    spec = merge({"name": name}, changed)
    text = ", ".join(f"{key} = {inline(value)}" for key, value in changed.items())
    # of all that a page shows, others may show textures
    return Chosen(name, build_synthesizer(spec, textures, must_show=not page), text, provider_of(name))
