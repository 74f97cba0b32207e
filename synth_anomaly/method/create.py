"""Methods by name, and out of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from synth_anomaly.method.base import Method
from synth_anomaly.method.keeping import load_as, made, method_class
from synth_anomaly.method.warning import warn_caller

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
    kind = method_class(name, Method, allow_code=allow_code)  # type: ignore[type-abstract]
    return made(kind, preset, settings or {}, seed, allow_code=allow_code)


def load_method(
    folder: str | Path,
    *,
    device: str = "cpu",
    allow_code: bool = False,
    settings: Mapping[str, Any] | None = None,
    warn: Callable[[str], None] = warn_caller,
) -> Method:
    """Return the trained method in a folder that a run or :meth:`Method.save` wrote.

    Args:
        folder: A folder with ``recipe.toml`` and ``weights.safetensors``.
        device: Where to put it.
        allow_code: Whether its recipe may name code by import path; registered names always work.
        settings: Changes of settings that may differ after training, such as a scorer: the weights fit either
            way (:meth:`Method.changeable`).
        warn: Called with a line for each package that is installed in another version than wrote the
            recipe, and for each piece that is missing and that training alone needs; by default it warns as
            Python does.

    Raises:
        RunError: If the weights are missing or of another shape.
        RecipeError: If the recipe is missing or unreadable.
        OptionError: If a setting is to change that must stay as it was in training.
        ComponentError: If a component is missing that prediction needs; the message names its package.
    """
    return load_as(
        Method,  # type: ignore[type-abstract]
        Path(folder),
        device=device,
        allow_code=allow_code,
        settings=settings,
        warn=warn,
    )
