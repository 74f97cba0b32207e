"""Which textures a recipe shows, and giving it a folder of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.method import create_method
from synth_anomaly.recipe import Recipe
from synth_anomaly.registry import CORE
from synth_anomaly.synthesizers.texture_files import NEEDED, find_textures

__all__ = [
    "PROCEDURAL_NOTE",
    "check_textures",
    "texture_notes",
    "textured_recipe",
    "textures_of",
    "with_textures",
]

PROCEDURAL_NOTE = "textures are made by rule: give photographs, such as those of DTD, with --textures PATH"

_PROCEDURAL = "procedural"
_NAMES = ("texture", f"{CORE}/texture")


def textured_recipe(recipe: Recipe, folder: str, *, allow_code: bool = False) -> Recipe:
    """Return a recipe whose textures come from a folder, where it names no other; every setting is stated.

    Args:
        recipe: The recipe.
        folder: A folder of images.
        allow_code: Whether the recipe may name components by import path.

    Raises:
        OptionError: If it shows no textures, or names folders for all of them.
        SynthAnomalyError: If it names something that is not there.
    """
    # the defaults of a method and its presets show textures too, so it is built to see them
    method = create_method(
        recipe.method, preset=recipe.preset, settings=recipe.settings, seed=recipe.seed, allow_code=allow_code
    )
    return recipe.changed(with_textures(method.recipe().settings, folder))


def with_textures(table: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Return settings, or the specification of a synthesizer, with a folder for every texture without one.

    Args:
        table: Plain values as the catalogue describes them, so that no component is left unsaid.
        folder: A folder of images; written as an absolute path.

    Raises:
        OptionError: If no texture is shown, or each has a folder already.
    """
    shown = list(_textures(table))
    if not shown:
        raise OptionError(
            "expected something that shows textures, got nothing that does: leave out --textures"
        )
    if all("folder" in texture for texture in shown):
        raise OptionError(
            f"the textures come from {textures_of(table)} already: leave out --textures, "
            "or name the other folder with --set"
        )
    filled: dict[str, Any] = _filled(table, str(Path(folder).expanduser().absolute()))
    return filled


def textures_of(table: Mapping[str, Any]) -> str | None:
    """Return ``"procedural"``, the folder of textures, or several of these; None where none is shown."""
    sources = dict.fromkeys(texture.get("folder", _PROCEDURAL) for texture in _textures(table))
    return ", ".join(sources) or None


def texture_notes(table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a reader should know of the textures: that they are made by rule, where they are."""
    is_procedural = any("folder" not in texture for texture in _textures(table))
    return (PROCEDURAL_NOTE,) if is_procedural else ()


def check_textures(table: Mapping[str, Any]) -> None:
    """Check that there are textures to show, without opening one, so that training is not in vain.

    Raises:
        DataError: If a folder is missing or has no image, or is needed and not given.
    """
    for texture in _textures(table):
        if "folder" in texture:
            find_textures(texture["folder"])
        elif not texture.get("procedural", True):
            raise DataError(NEEDED)


def _textures(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the options of every texture inside, without those that are None."""
    if isinstance(value, Mapping) and value.get("name") in _NAMES:
        yield {key: option for key, option in value.items() if option not in (None, "none")}
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _textures(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _textures(item)


def _filled(value: Any, folder: str) -> Any:
    if isinstance(value, Mapping):
        if value.get("name") not in _NAMES:
            return {key: _filled(item, folder) for key, item in value.items()}
        return dict(value) | ({} if "folder" in next(_textures(value)) else {"folder": folder})
    if isinstance(value, list | tuple):
        return [_filled(item, folder) for item in value]
    return value
