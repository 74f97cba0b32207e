"""Two trained runs, one with each objective, as one ensemble (section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sat_ssae.images import open_run
from sat_ssae.method import SSAE
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import RunError
from synth_anomaly.files import write_whole
from synth_anomaly.recipe import Recipe

__all__ = ["join_runs"]

_OF_EQUATION_1 = frozenset({"weight"})
_OF_EQUATION_4 = frozenset({"amplifying_weight", "normaliser", "validate_every", "patience"})
"""Settings that only one of the objectives uses, so that an ensemble takes them from its run."""

_MAY_DIFFER = _OF_EQUATION_1 | _OF_EQUATION_4 | {"objective"}


def join_runs(filtering: Path, amplifying: Path, folder: Path, *, allow_code: bool = False) -> None:
    """Write the ensemble of two trained runs as a method that predicts and evaluates like a run.

    Its recipe says how both were trained: what only one objective uses it takes from that one's run.

    Args:
        filtering: A run with equation 1.
        amplifying: A run with equation 4 on the same images.
        folder: Where to write ``recipe.toml`` and ``weights.safetensors``; made, and must hold no run.
        allow_code: Whether the recipes may name code by import path.

    Raises:
        RunError: If a run is of another objective, the two differ in what one recipe states once, or the
            folder is taken.
    """
    if (folder / "recipe.toml").exists():
        raise RunError(f"expected a new folder, got {folder}, which holds a run: give another with --out")
    methods = {
        objective: _opened(run, objective, allow_code)
        for objective, run in (("filtering", filtering), ("amplifying", amplifying))
    }
    recipes = [Recipe.read(run, allow_code=allow_code) for run in (filtering, amplifying)]
    tables = [_settings(method) for method in methods.values()]
    _check_alike(
        filtering,
        amplifying,
        *(_compared(recipe, table) for recipe, table in zip(recipes, tables, strict=True)),
    )
    own = {name: tables[1][name] for name in _OF_EQUATION_4}
    settings = {**recipes[0].settings, **own, "objective": "ensemble"}
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


def _settings(method: SSAE) -> Mapping[str, Any]:
    """Return all settings as plain values, whatever the preset that they stand on."""
    return catalogue().options_table(method.settings, f"method {method.name!r}")


def _check_alike(
    filtering: Path, amplifying: Path, first: Mapping[str, Any], second: Mapping[str, Any]
) -> None:
    different = [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)]
    if different:
        raise RunError(
            f"expected two runs that one recipe can state, got other {', '.join(different)} in "
            f"{filtering} than in {amplifying}: train one of them again"
        )


def _compared(recipe: Recipe, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return by name all that has to be the same in both runs."""
    data = {
        f"data.{name}": getattr(recipe.data, name) for name in ("dataset", "root", "category", "skip_bad")
    }
    options = {f"data.options.{name}": value for name, value in recipe.data.options.items()}
    alike = {name: value for name, value in settings.items() if name not in _MAY_DIFFER}
    return {"seed": recipe.seed, "precision": recipe.precision, **data, **options, **alike}


def _joined(methods: Mapping[str, SSAE], recipe: Recipe) -> SSAE:
    """Return an ensemble with the weights of both."""
    joined = SSAE(recipe.preset, seed=recipe.seed, **recipe.settings)
    for objective, method in methods.items():
        joined.models[objective].load_state_dict(method.models[objective].state_dict())
    return joined.eval()
