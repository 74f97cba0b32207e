"""The figures of a trained run once more, on its own images or others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from synth_anomaly.data import ALL, Demo
from synth_anomaly.errors import RunError
from synth_anomaly.method import load_method
from synth_anomaly.method.needing import check_dataset_there
from synth_anomaly.recipe import DataRecipe, Recipe
from synth_anomaly.reporting.metrics_file import read_metrics
from synth_anomaly.reporting.results import Results
from synth_anomaly.runs.clock import Clock
from synth_anomaly.runs.folder import run_folder
from synth_anomaly.runs.start import find_source, open_categories
from synth_anomaly.runs.summary import count_images, dataset_notes, summarise

__all__ = ["evaluate_run"]


def evaluate_run(
    folder: Path,
    data: DataRecipe,
    *,
    device: str = "auto",
    precision: str = "fp32",
    allow_code: bool = False,
    warn: Callable[[str], None] = print,
    settings: Mapping[str, Any] | None = None,
) -> Results:
    """Evaluate a trained run again.

    Args:
        folder: The run's folder.
        data: The images, such as those of its recipe.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        precision: Of prediction: ``fp32``, ``bf16`` or ``auto``.
        allow_code: Whether the recipe may name components by import path.
        warn: Is told what the user should read.
        settings: Changes of settings that may differ after training, such as a scorer: the weights fit either
            way.

    Raises:
        SynthAnomalyError: If the run or the images are not there, or a setting may not change.
    """
    clock = Clock()
    folder = run_folder(folder)
    recipe = Recipe.read(folder, allow_code=allow_code).changed(settings or {})
    # before the images are looked for, so that what is wrong with the run or a setting is said first
    method = load_method(folder, device=device, allow_code=allow_code, settings=settings, warn=warn)
    check_dataset_there(data.dataset, recipe, allow_code=allow_code)
    if _only_the_demo_is_left(data):
        raise RunError(
            f"expected images to evaluate on, got none: {folder} was trained in Python and records no "
            "data set; give --data PATH"
        )
    source = find_source(data, several=False, allow_code=allow_code)
    (dataset,) = open_categories(data, source, method.settings.reading, allow_code=allow_code).values()
    for note in dataset_notes(dataset):
        warn(note)
    evaluation = method.evaluate(
        dataset, score_size=data.score_size, precision=precision, skip_bad=data.skip_bad, warn=warn
    )
    used = replace(data, dataset=source.dataset, root=source.root or "", category=dataset.category)
    return summarise(
        method,
        dataset,
        replace(recipe, data=used),
        evaluation,
        clock,
        precision=precision,
        trained_on=recipe.data,
        facts={
            "run": str(folder),
            "images": count_images(method, dataset, trains=False).facts(),
            **_training(folder),
        },
    )


def _only_the_demo_is_left(data: DataRecipe) -> bool:
    """Whether nothing says which images, and there are no others in the usual places."""
    is_silent = not (data.root or data.dataset or data.category)
    return is_silent and find_source(replace(data, category=ALL)).dataset == Demo.name


def _training(folder: Path) -> dict[str, Any]:
    """Return on how many images a run was trained; nothing where it never came to write that down."""
    with suppress(RunError):
        written = read_metrics(folder / "metrics.json")
        return {name: written[name] for name in ("training_images",) if name in written}
    return {}
