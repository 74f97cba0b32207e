"""The recipe that a command line means."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.folder_options import FOLDER_OPTIONS, folders_asked_for
from synth_anomaly.cli.guides import guide_asked_for
from synth_anomaly.cli.picture_options import reading_asked_for
from synth_anomaly.cli.what import is_recipe
from synth_anomaly.data import ALL, resolve
from synth_anomaly.errors import RecipeError, SynthAnomalyError
from synth_anomaly.method import Method
from synth_anomaly.options import listed, nearest
from synth_anomaly.recipe import DataRecipe, Recipe, overrides
from synth_anomaly.specification import merge

__all__ = ["PIECES", "data_asked_for", "presets_asked_for", "recipes_asked_for"]

PIECES = ("synthesizer", "backbone", "head", "loss", "scorer", "augment")
"""Settings that have an option of their own."""

_QUICK = "quick"


def recipes_asked_for(what: str, given: Mapping[str, Any]) -> list[Recipe]:
    """Return a method's or a file's recipe with what the command line changes: one for each preset.

    Raises:
        RecipeError: If there is no such recipe or preset.
    """
    if is_recipe(what):
        if given["preset"]:
            raise click.UsageError("A recipe states every setting: use --set NAME=VALUE instead of --preset.")
        return [_changed(Recipe.read(Path(what), allow_code=given["allow_code"]), what, given)]
    return [
        _changed(Recipe(method=what, preset=preset), what, given)
        for preset in presets_asked_for(what, given["preset"])
    ]


def _changed(recipe: Recipe, what: str, given: Mapping[str, Any]) -> Recipe:
    pieces = [f"{piece}={given[piece]}" for piece in PIECES if given[piece] is not None]
    guide = {} if given["guide"] is None else {"guide": guide_asked_for(given["guide"])}
    changes = merge(guide, {**reading_asked_for(given), **overrides([*pieces, *given["changes"]])})
    _refuse_ambiguous(recipe.method, changes, allow_code=given["allow_code"] or not is_recipe(what))
    recipe = recipe.changed(
        changes,
        **{name: given[name] for name in ("seed", "precision") if given[name] is not None},
    )
    return replace(recipe, data=data_asked_for(recipe.data, given))


def _refuse_ambiguous(method: str, changes: Mapping[str, Any], *, allow_code: bool) -> None:
    if changes and catalogue().has_clashes:
        target: Any = catalogue().registry("method").load(method, allow_code=allow_code)
        catalogue().refuse_ambiguous(getattr(target, "Settings", target), changes)


def presets_asked_for(method: str, asked: str | None) -> tuple[str, ...]:
    """Return the presets asked for; else ``quick`` where a method has it, or the one that changes nothing.

    Raises:
        RecipeError: If the method has no such preset.
    """
    kind = catalogue().registry("method").load(method, allow_code=True)  # named by the user, no file
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        return (asked or _QUICK,)
    if not asked:
        return (_QUICK if _QUICK in kind.presets else kind.default_preset(),)
    known = tuple(kind.presets)
    names = listed(asked, known)
    for name in names:
        if name not in known:
            raise RecipeError(f"method {method!r} has no preset {name!r}: {nearest(name, known)}")
    return names


def data_asked_for(data: DataRecipe, given: Mapping[str, Any]) -> DataRecipe:
    """Return a recipe's images with what ``--data``, ``--dataset``, ``--category`` and the rest change."""
    changes = {
        name: given[name] for name in ("category", "score_size", "skip_bad") if given[name] is not None
    }
    asked, options = folders_asked_for(given), dict(data.options)
    if given["data"] is not None or given["dataset"] is not None:
        # other images lie as these do, in folders with the same names, or are said to lie otherwise
        options = {name: value for name, value in options.items() if name in FOLDER_OPTIONS}
        changes |= {"root": given["data"] or "", "dataset": given["dataset"] or ""}
        if given["category"] is None and (alone := _only_category(given, {**options, **asked})):
            changes["category"] = alone
    return replace(data, **changes, options={**options, **asked})


def _only_category(given: Mapping[str, Any], options: Mapping[str, Any]) -> str | None:
    """Return the category of a folder that holds one alone."""
    # what is wrong with the folder is said where its images are looked for
    with suppress(SynthAnomalyError):
        found = resolve(given["dataset"], given["data"], ALL, options=options, allow_code=False).found
        return found[0] if len(found) == 1 else None
    return None
