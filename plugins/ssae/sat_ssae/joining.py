"""Two trained runs, one with each objective, as one ensemble (section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sat_ssae.images import open_run
from sat_ssae.method import SSAE
from synth_anomaly.errors import RunError
from synth_anomaly.files import write_whole
from synth_anomaly.recipe import Recipe

__all__ = ["join_runs"]

_OF_TRAINING = frozenset(
    {
        "objective",
        "weight",
        "amplifying_weight",
        "normaliser",
        "synthesizer",
        "augment",
        "guide",
        "learning_rate",
        "schedule",
        "steps",
        "input_sides",
        "validate_every",
        "patience",
        "batch_size",
        "validation",
    }
)
"""Settings in which the two may differ: they decide how a model is trained, not what it makes of an image."""


def join_runs(filtering: Path, amplifying: Path, folder: Path, *, allow_code: bool = False) -> None:
    """Write the ensemble of two trained runs as a method that predicts and evaluates like a run.

    Args:
        filtering: A run with equation 1.
        amplifying: A run with equation 4 on the same images.
        folder: Where to write ``recipe.toml`` and ``weights.safetensors``; made, and must hold no run.
        allow_code: Whether the recipes may name code by import path.

    Raises:
        RunError: If a run is of another objective, the two differ in what they make of an image or in their
            images, or the folder is taken.
    """
    if (folder / "recipe.toml").exists():
        raise RunError(f"expected a new folder, got {folder}, which holds a run: give another with --out")
    methods = {
        objective: _opened(run, objective, allow_code)
        for objective, run in (("filtering", filtering), ("amplifying", amplifying))
    }
    recipes = [Recipe.read(run, allow_code=allow_code) for run in (filtering, amplifying)]
    _check_alike(filtering, amplifying, recipes)
    settings = {
        **recipes[0].settings,
        "objective": "ensemble",
        "amplifying_weight": methods["amplifying"].settings.amplifying_weight,
    }
    recipe = replace(recipes[0], preset="ensemble", settings=settings)
    joined = _joined(methods, recipe)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "recipe.toml", recipe.text().encode())
    joined.save_weights(folder)


def _opened(run: Path, objective: str, allow_code: bool) -> SSAE:
    method = open_run(run, device="cpu", allow_code=allow_code).method
    if method.settings.objective != objective:
        raise RunError(
            f"expected a run with objective {objective!r} in {run}, got {method.settings.objective!r}: "
            "name the run of equation 1 first, then that of equation 4"
        )
    return method


def _check_alike(filtering: Path, amplifying: Path, recipes: list[Recipe]) -> None:
    first, second = (_compared(recipe) for recipe in recipes)
    if different := sorted(name for name in first if first[name] != second.get(name)):
        raise RunError(
            f"expected two runs alike but for their training, got other {', '.join(different)} in "
            f"{filtering} than in {amplifying}: train one of them again"
        )


def _compared(recipe: Recipe) -> Mapping[str, Any]:
    data = {name: getattr(recipe.data, name) for name in ("dataset", "root", "category")}
    return data | {name: value for name, value in recipe.settings.items() if name not in _OF_TRAINING}


def _joined(methods: Mapping[str, SSAE], recipe: Recipe) -> SSAE:
    """Return an ensemble with the weights of both."""
    joined = SSAE(recipe.preset, seed=recipe.seed, **recipe.settings)
    for objective, method in methods.items():
        joined.models[objective].load_state_dict(method.models[objective].state_dict())
    return joined.eval()
