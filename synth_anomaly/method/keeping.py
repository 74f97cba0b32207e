"""A method in a folder: ``recipe.toml`` says how to make it, ``weights.safetensors`` what it learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import RecipeError, RunError
from synth_anomaly.files import write_text, write_whole
from synth_anomaly.method.changing import check_changes
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.naming import check_setting_names
from synth_anomaly.method.needing import check_method_there, without_training_pieces
from synth_anomaly.method.presets import preset_table
from synth_anomaly.method.warning import warn_caller
from synth_anomaly.needs import other_versions, packages_of
from synth_anomaly.recipe import Recipe
from synth_anomaly.specification import overriding
from synth_anomaly.training import choose_device

__all__ = ["load_as", "made", "method_class", "recipe_of", "save_method", "save_weights"]

M = TypeVar("M", bound=MethodDefinition)

_WEIGHTS = "weights.safetensors"


def recipe_of(method: MethodDefinition) -> Recipe:
    """Return the recipe that makes a method again, untrained.

    Raises:
        ComponentError: If one of its pieces cannot be named, or does not keep its options.
    """
    table = catalogue().options_table(method.settings, f"method {method.name!r}")
    settings = overriding(preset_table(type(method), method.preset), table)
    name = catalogue().registry("method").lasting(method.name)
    packages = packages_of(("method", {**settings, "name": name}))
    return Recipe(method=name, preset=method.preset, seed=method.seed, settings=settings, packages=packages)


def save_method(method: MethodDefinition, folder: Path) -> None:
    """Write recipe and weights into a folder, which is made."""
    recipe = recipe_of(method).text()
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "recipe.toml", recipe)
    save_weights(method, folder)


def save_weights(network: nn.Module, folder: Path) -> None:
    """Write the weights into a folder."""
    tensors = {
        name: value.detach().cpu().contiguous().clone() for name, value in network.state_dict().items()
    }
    write_whole(folder / _WEIGHTS, save(tensors))


def method_class(name: str, expected: type[M], *, allow_code: bool) -> type[M]:
    """Return the class of a method by its registered name or import path.

    Raises:
        ComponentError: If there is none.
        RecipeError: If what has the name is no method.
    """
    kind = catalogue().registry("method").load(name, allow_code=allow_code)
    if not (isinstance(kind, type) and issubclass(kind, expected)):
        raise RecipeError(f"method {name!r} is {kind!r}: a method is a subclass of synth_anomaly.Method")
    return kind


def load_as(
    expected: type[M],
    folder: Path,
    *,
    device: str,
    allow_code: bool,
    settings: Mapping[str, Any] | None = None,
    warn: Callable[[str], None] = warn_caller,
) -> M:
    """Return the trained method in a folder, of an expected class; see :func:`synth_anomaly.load_method`.

    Raises:
        RunError: If the folder holds no such method, or one of another class.
        RecipeError: If the recipe is missing or unreadable.
        OptionError: If a setting is to change that must stay as it was in training.
        ComponentError: If a component is missing that prediction needs; the message names its package.
    """
    recipe = Recipe.read(folder, allow_code=allow_code)
    weights = _weights_in(folder)
    check_method_there(recipe, allow_code=allow_code)
    any_method: type[Any] = MethodDefinition
    kind = method_class(recipe.method, any_method, allow_code=allow_code)
    if not issubclass(kind, expected):
        raise RunError(f"{folder} holds a {kind.__name__}, not a {expected.__name__}: use load_method()")
    check_changes(kind, recipe, settings or {}, folder, allow_code=allow_code)
    for line in other_versions(recipe.packages, str(folder)):
        warn(line)
    recipe = without_training_pieces(kind, recipe.changed(settings or {}), allow_code=allow_code, warn=warn)
    method = made(kind, recipe.preset, recipe.settings, recipe.seed, allow_code=allow_code)
    _load_weights(method, weights)
    method.loaded = True
    return method.to(choose_device(device)).eval()


def made(kind: type[M], preset: str | None, settings: Mapping[str, Any], seed: int, *, allow_code: bool) -> M:
    """Return a method of a class, untrained.

    Raises:
        OptionError: If something given is no setting of it.
    """
    check_setting_names(kind, settings)
    make: Any = kind  # its definition leaves the constructor to synth_anomaly.Method
    method: M = make(preset, seed=seed, allow_code=allow_code, **settings)
    return method


def _weights_in(folder: Path) -> Path:
    """Return the file of weights in a folder.

    Raises:
        RunError: If there is none.
    """
    weights = folder / _WEIGHTS
    if not weights.is_file():
        raise RunError(f"{folder} holds no {_WEIGHTS}: finish the run with sat run --resume {folder}")
    return weights


def _load_weights(network: nn.Module, weights: Path) -> None:
    """Load a file of weights.

    Raises:
        RunError: If it cannot be read, or is another network's.
    """
    try:
        network.load_state_dict(load_file(weights))
    except SafetensorError as error:
        raise RunError(f"{weights} cannot be read: {error}; train again, or copy it again") from None
    except RuntimeError as error:
        raise RunError(f"{weights} does not fit its recipe: {' '.join(str(error).split())[:300]}") from None
