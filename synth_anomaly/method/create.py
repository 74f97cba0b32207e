"""Methods by name, and out of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import RecipeError
from synth_anomaly.method.base import Method
from synth_anomaly.method.keeping import load_weights, weights_in
from synth_anomaly.recipe import Recipe
from synth_anomaly.training import choose_device

__all__ = ["create_method", "load_method"]


def create_method(
    name: str,
    *,
    preset: str | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    allow_code: bool = True,
) -> Method:
    """Return a method by name, untrained.

    Args:
        name: A registered name, or an import path.
        preset: One of the method's presets; by default the one that changes nothing.
        settings: Changes on top of the preset, nested as in a recipe.
        seed: Decides everything random.
        allow_code: Whether names may be import paths.

    Raises:
        ComponentError: If a name is unknown or a setting wrong.
        RecipeError: If the method has no such preset.
    """
    kind = catalogue().registry("method").load(name, allow_code=allow_code)
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        raise RecipeError(f"method {name!r} is {kind!r}: a method is a subclass of synth_anomaly.Method")
    return kind(preset, seed=seed, allow_code=allow_code, **dict(settings or {}))


def load_method(
    folder: str | Path,
    *,
    device: str = "cpu",
    allow_code: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Method:
    """Return the trained method in a folder that a run or :meth:`Method.save` wrote.

    Args:
        folder: A folder with ``recipe.toml`` and ``weights.safetensors``.
        device: Where to put it.
        allow_code: Whether its recipe may name code by import path; registered names always work.
        settings: Changes of settings that leave the weights as they are, such as of a scorer.

    Raises:
        RunError: If the weights are missing or of another shape.
        RecipeError: If the recipe is missing or unreadable.
    """
    folder = Path(folder)
    recipe = Recipe.read(folder, allow_code=allow_code).changed(settings or {})
    weights = weights_in(folder)
    method = create_method(
        recipe.method, preset=recipe.preset, settings=recipe.settings, seed=recipe.seed, allow_code=allow_code
    )
    load_weights(method, weights)
    method.loaded = True
    return method.to(choose_device(device)).eval()
