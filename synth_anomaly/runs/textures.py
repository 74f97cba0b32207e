"""Which textures a synthesizer or a method shows, and giving them a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.method import create_method
from synth_anomaly.options import NONE
from synth_anomaly.parts import changed_parts
from synth_anomaly.recipe import Recipe
from synth_anomaly.synthesizers import Texture
from synth_anomaly.synthesizers.texture_files import NEEDED, find_textures

__all__ = [
    "PROCEDURAL_NOTE",
    "check_textures",
    "method_spec",
    "texture_notes",
    "textured_recipe",
    "textures_of",
    "with_textures",
]

PROCEDURAL_NOTE = "textures are made by rule: give photographs, such as those of DTD, with --textures PATH"

_PROCEDURAL = "procedural"


def method_spec(recipe: Recipe) -> dict[str, Any]:
    """Return the method of a recipe as the other functions take it, with the kind ``"method"``."""
    return {"name": recipe.method, **recipe.settings}


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
    filled = with_textures("method", method_spec(method.recipe()), folder)
    return recipe.changed({key: value for key, value in filled.items() if key != "name"})


def with_textures(kind: str, spec: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Return a specification with a folder for every texture without one.

    Args:
        kind: ``"method"`` or ``"synthesizer"``.
        spec: Plain values as the catalogue describes them, so that no component is left unsaid.
        folder: A folder of images; written as an absolute path.

    Raises:
        OptionError: If no texture is shown, or each has a folder already.
    """
    shown = _textures(kind, spec)
    if not shown:
        raise OptionError(
            "expected something that shows textures, got nothing that does: leave out --textures"
        )
    if all("folder" in texture for texture in shown):
        raise OptionError(
            f"the textures come from {textures_of(kind, spec)} already: leave out --textures, "
            "or name the other folder with --set"
        )
    place = {"folder": str(Path(folder).expanduser().absolute())}
    filled: dict[str, Any] = _changed_textures(
        kind, spec, lambda texture: texture if "folder" in _stated(texture) else texture | place
    )
    return filled


def textures_of(kind: str, spec: Mapping[str, Any]) -> str | None:
    """Return ``"procedural"``, the folder of textures, or several of these; None where none is shown."""
    sources = dict.fromkeys(texture.get("folder", _PROCEDURAL) for texture in _textures(kind, spec))
    return ", ".join(sources) or None


def texture_notes(kind: str, spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a reader should know of the textures: that they are made by rule, where they are."""
    is_procedural = any("folder" not in texture for texture in _textures(kind, spec))
    return (PROCEDURAL_NOTE,) if is_procedural else ()


def check_textures(kind: str, spec: Mapping[str, Any]) -> None:
    """Check that there are textures to show, without opening one, so that training is not in vain.

    Raises:
        DataError: If a folder is missing or has no image, or is needed and not given.
    """
    for texture in _textures(kind, spec):
        if "folder" in texture:
            find_textures(texture["folder"])
        elif not texture.get("procedural", True):
            raise DataError(NEEDED)


def _textures(kind: str, spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the options of every texture inside, without those that are None."""
    found: list[dict[str, Any]] = []

    def note(texture: dict[str, Any]) -> dict[str, Any]:
        found.append(_stated(texture))
        return texture

    _changed_textures(kind, spec, note)
    return found


def _changed_textures(
    kind: str, spec: Mapping[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> Any:
    def change_textures(target: Callable[..., Any], table: dict[str, Any]) -> dict[str, Any]:
        is_texture = isinstance(target, type) and issubclass(target, Texture)
        return change(table) if is_texture else table

    return changed_parts(kind, spec, change_textures)


def _stated(texture: Mapping[str, Any]) -> dict[str, Any]:
    return {key: option for key, option in texture.items() if option not in (None, NONE)}
