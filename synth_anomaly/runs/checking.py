"""What can be said of a recipe's settings before its images are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth_anomaly.catalogue import catalogue, merge
from synth_anomaly.data import ALL
from synth_anomaly.method import Method
from synth_anomaly.method.presets import check_options, check_training, make_settings
from synth_anomaly.options import listed, options_of
from synth_anomaly.recipe import Recipe

__all__ = ["check_settings"]


def check_settings(recipe: Recipe, *, allow_code: bool = False) -> None:
    """Check the settings of a recipe as far as they can be without its images.

    What a category may set otherwise is left alone where it is unknown which: whether a table without a name
    fits what it changes, and whether settings fit each other.

    Args:
        recipe: The recipe.
        allow_code: Whether it may name components by import path.

    Raises:
        SynthAnomalyError: If it names something that is not there, or a value is wrong.
    """
    kind: Any = catalogue().registry("method").load(recipe.method, allow_code=allow_code)
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        return
    asked = recipe.data.category
    for category in ("",) if asked in ("", ALL) else listed(asked, ()):
        own = kind.for_category(recipe.data.dataset, category, recipe.preset)
        if own or not _asks_by_category(kind):
            settings = make_settings(kind, recipe.preset, merge(own, recipe.settings), allow_code)
            check_training(kind, settings)
        else:
            check_options(kind, recipe.preset, _standing_alone(kind, recipe.settings), allow_code)


def _asks_by_category(kind: type[Method]) -> bool:
    return any("for_category" in vars(cls) for cls in kind.__mro__[: kind.__mro__.index(Method)])


def _standing_alone(kind: type[Method], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings without the tables that change a component instead of naming one."""
    known = options_of(kind.Settings)
    return {
        name: value
        for name, value in settings.items()
        if name not in known or not isinstance(value, Mapping) or "name" in value
    }
