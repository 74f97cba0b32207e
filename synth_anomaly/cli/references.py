"""Which methods `sat run --compare` names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.recipes import presets_asked_for
from synth_anomaly.errors import ComponentError, RecipeError
from synth_anomaly.method import Method
from synth_anomaly.method.settings import READING
from synth_anomaly.options import listed, nearest
from synth_anomaly.recipe import Recipe
from synth_anomaly.registry import IMPORT_PATH

__all__ = ["reference_name", "references_asked_for"]


def references_asked_for(asked: str | None, beside: Recipe) -> list[Recipe]:
    """Return the recipes that ``--compare`` names, on the images and with the seed of another recipe.

    Args:
        asked: Names as A,B: each a method, ``METHOD/PRESET``, or a preset that one method alone has.
        beside: The recipe that they are compared with.

    Raises:
        SynthAnomalyError: If there is nothing of a name, or several methods have it.
    """
    names = () if asked is None else listed(asked, ())
    found = dict.fromkeys(_method_and_preset(name) for name in names)
    reading = {name: value for name, value in beside.settings.items() if name in READING}
    return [
        Recipe(
            method=method,
            preset=preset,
            seed=beside.seed,
            precision=beside.precision,
            data=beside.data,
            settings=reading,
        )
        for method, preset in found
    ]


def reference_name(recipe: Recipe) -> str:
    """Return what a compared run is called, such as ``"segmentation/quick"``."""
    return f"{recipe.method}/{recipe.preset}"


def _method_and_preset(name: str) -> tuple[str, str]:
    if _is_method(name):
        return name, presets_asked_for(name, None)[0]
    if "/" in name:
        method, _, preset = name.rpartition("/")
        return method, presets_asked_for(method, preset)[0]
    return _only_method_with(name), name


def _is_method(name: str) -> bool:
    entries = catalogue().registry("method").entries
    known = {spelling for entry in entries for spelling in (entry.component.name, entry.full_name)}
    return bool(IMPORT_PATH.fullmatch(name)) or name in known


def _only_method_with(preset: str) -> str:
    presets = dict(_presets())
    methods = [method for method, names in presets.items() if preset in names]
    if not methods:
        known = {*presets, *(name for names in presets.values() for name in names)}
        raise RecipeError(
            f"expected a method, METHOD/PRESET or a preset to compare with, got {preset!r}: "
            f"{nearest(preset, sorted(known))}"
        )
    if len(methods) > 1:
        choices = " or ".join(f"{method}/{preset}" for method in methods)
        raise RecipeError(f"preset {preset!r} is one of several methods: write {choices}")
    return methods[0]


def _presets() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each installed method and the names of its presets; one that cannot be imported has none."""
    registry = catalogue().registry("method")
    for entry in registry.entries:
        name = registry.spelling(entry)
        with suppress(ComponentError):
            kind = registry.load(name)
            if isinstance(kind, type) and issubclass(kind, Method):
                yield name, tuple(kind.presets)
