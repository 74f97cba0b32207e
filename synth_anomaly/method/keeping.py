"""A method in a folder: ``recipe.toml`` says how to make it, ``weights.safetensors`` what it learned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import RunError
from synth_anomaly.files import write_whole
from synth_anomaly.recipe import Recipe
from synth_anomaly.specification import overriding

if TYPE_CHECKING:
    from synth_anomaly.method.base import Method

__all__ = ["load_weights", "recipe_of", "save_method", "save_weights", "weights_in"]

_WEIGHTS = "weights.safetensors"


def recipe_of(method: Method) -> Recipe:
    """Return the recipe that makes a method again, untrained."""
    table = catalogue().options_table(method.settings, f"method {method.name!r}")
    settings = overriding(method.presets[method.preset], table)
    return Recipe(method=method.name, preset=method.preset, seed=method.seed, settings=settings)


def save_method(method: Method, folder: Path) -> None:
    """Write recipe and weights into a folder, which is made."""
    recipe = method.recipe().text().encode()
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "recipe.toml", recipe)
    method.save_weights(folder)


def save_weights(network: nn.Module, folder: Path) -> None:
    """Write the weights into a folder."""
    tensors = {
        name: value.detach().cpu().contiguous().clone() for name, value in network.state_dict().items()
    }
    write_whole(folder / _WEIGHTS, save(tensors))


def weights_in(folder: Path) -> Path:
    """Return the file of weights in a folder.

    Raises:
        RunError: If there is none.
    """
    weights = folder / _WEIGHTS
    if not weights.is_file():
        raise RunError(f"{folder} holds no {_WEIGHTS}: finish the run with sat run --resume {folder}")
    return weights


def load_weights(network: nn.Module, weights: Path) -> None:
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
