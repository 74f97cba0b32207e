"""What a recipe needs and is not there: an error, but where training alone needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from synth_anomaly.catalogue.absent import Absent
from synth_anomaly.errors import ComponentError
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.needs import Missing, missing_in, reason_of
from synth_anomaly.options import Option, options_of
from synth_anomaly.recipe import Recipe
from synth_anomaly.synthesizers.inside import pieces_inside

__all__ = [
    "check_all_there",
    "check_dataset_there",
    "check_method_there",
    "check_nothing_absent",
    "without_training_pieces",
]

_TRAINING_ALONE = frozenset({"synthesizer", "guide", "augmentation", "loss"})


def check_all_there(recipe: Recipe, *, allow_code: bool) -> None:
    """Check that everything that a recipe names can be loaded.

    Raises:
        ComponentError: If something cannot; the message names the package that it needs.
    """
    for missing in missing_in("method", {**recipe.settings, "name": recipe.method}, allow_code=allow_code):
        raise _needed(missing, recipe)
    check_dataset_there(recipe.data.dataset, recipe, allow_code=allow_code)


def check_dataset_there(name: str, recipe: Recipe, *, allow_code: bool) -> None:
    """Check that a data set can be loaded; none is any.

    Args:
        name: The data set's.
        recipe: What records the packages.
        allow_code: Whether the name may be an import path.

    Raises:
        ComponentError: If it cannot; the message names the package that it needs.
    """
    for missing in missing_in("dataset", name, allow_code=allow_code) if name else ():
        raise _needed(missing, recipe)


def check_method_there(recipe: Recipe, *, allow_code: bool) -> None:
    """Check that the method of a recipe can be loaded, whatever its settings name.

    Raises:
        ComponentError: If it cannot; the message names the package that it needs.
    """
    for missing in missing_in("method", recipe.method, allow_code=allow_code):
        raise _needed(missing, recipe)


def without_training_pieces(
    kind: type[MethodDefinition], recipe: Recipe, *, allow_code: bool, warn: Callable[[str], None]
) -> Recipe:
    """Return a trained method's recipe so that what training alone needs may be missing.

    A synthesizer, a guide, an augmentation or a loss that cannot be loaded gets something in its place that
    cannot be called, and that recipes describe as what it stands for.

    Args:
        kind: The method's class.
        recipe: What it was trained with.
        allow_code: Whether names may be import paths.
        warn: Called with a line for each piece that is missing.

    Raises:
        ComponentError: If something else is missing; the message names the package that it needs.
    """
    options = options_of(kind.Settings)

    def there(option: Option, value: Any) -> Any:
        if option.many and isinstance(value, list | tuple):
            return [there(replace(option, many=False), item) for item in value]
        missing = missing_in(str(option.kind), value, allow_code=allow_code)
        if not missing:
            return value
        if option.kind not in _TRAINING_ALONE:
            raise _needed(missing[0], recipe)
        reason = reason_of(missing[0], recipe.packages)
        warn(f"{reason}; without it the method predicts, and cannot be trained further")
        return Absent(value, reason)

    settings = {
        name: there(options[name], value) if name in options and options[name].kind else value
        for name, value in recipe.settings.items()
    }
    return replace(recipe, settings=settings)


def check_nothing_absent(method: MethodDefinition) -> None:
    """Check that a method has everything that training needs.

    Raises:
        ComponentError: If it was loaded without a piece; the message names the package that it needs.
    """
    for piece in pieces_inside(method.settings):
        if isinstance(piece, Absent):
            raise ComponentError(piece.reason)


def _needed(missing: Missing, recipe: Recipe) -> ComponentError:
    return ComponentError(reason_of(missing, recipe.packages))
