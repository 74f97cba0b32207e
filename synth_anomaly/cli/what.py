"""Whether ``METHOD|RECIPE`` names a method or is a recipe."""

from __future__ import annotations

from pathlib import Path

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import RecipeError
from synth_anomaly.registry import IMPORT_PATH

__all__ = ["is_recipe"]


def is_recipe(what: str) -> bool:
    """Whether ``METHOD|RECIPE`` is a recipe; a method's name is one though a folder be called the same.

    Raises:
        ComponentError: If it is neither.
        RecipeError: If it is a path at which nothing lies.
    """
    path = Path(what)
    methods = catalogue().registry("method")
    if path.suffix == ".toml":
        return True
    if IMPORT_PATH.fullmatch(what) or any(
        what in (entry.component.name, entry.full_name) for entry in methods.entries
    ):
        return False
    if path.is_dir():
        return True
    if len(path.parts) > 1:
        raise RecipeError(
            f"expected a method or a recipe, got {what!r}: no method is called that (see sat list method), "
            "and nothing lies at that path"
        )
    methods.find(what)  # says which names there are
    return False
