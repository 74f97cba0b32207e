"""What came out of a run, and what a reader should know of where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import ImageCounts, count_samples, leak_note, read_as, split_normals
from synth_anomaly.data.originals import is_original
from synth_anomaly.evaluation import Evaluation
from synth_anomaly.interfaces import Dataset, WithNotes
from synth_anomaly.method import Method
from synth_anomaly.recipe import DataRecipe, Recipe
from synth_anomaly.reporting.provenance import Provenance
from synth_anomaly.reporting.results import Results
from synth_anomaly.runs.changes import changed_settings
from synth_anomaly.runs.clock import Clock
from synth_anomaly.runs.pictures import pictures, reconstructor
from synth_anomaly.runs.textures import method_spec, texture_notes, textures_of

__all__ = ["DEMO_NOTE", "NO_TEST_NOTE", "count_images", "dataset_notes", "summarise"]

DEMO_NOTE = "demo: these images are rendered by the package; the figures say nothing of real products"
NO_TEST_NOTE = "no test images, so there are no figures: look at new images with sat predict"


def summarise(
    method: Method,
    dataset: Dataset,
    recipe: Recipe,
    evaluation: Evaluation | None,
    clock: Clock,
    *,
    precision: str = "fp32",
    trained_on: DataRecipe | None = None,
    notes: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Results:
    """Return a method's results on a data set's test images.

    Args:
        method: The trained method.
        dataset: Whose test images were predicted.
        recipe: Everything that made them.
        evaluation: The figures; None where there were no test images.
        clock: Measured since the start.
        precision: Of the prediction, and of the pictures that stand beside it.
        trained_on: The images that it was trained on; those of the recipe by default.
        notes: What a reader should know besides.
        facts: Further plain values for ``metrics.json``.
    """
    trained_on = trained_on or recipe.data
    is_own = _are_own(recipe.data, trained_on)
    provenance = Provenance(
        dataset=dataset.name,
        category=dataset.category,
        split="test",
        method=method.name,
        preset=method.preset,
        seed=method.seed,
        changes=changed_settings(method, trained_on.dataset, trained_on.category),
    )
    return Results(
        provenance=provenance,
        evaluation=evaluation,
        recipe=recipe.text(),
        provider=_provider(method),
        published=_published(method, dataset, dataset.category) if is_own else {},
        published_mean=_published(method, dataset, "mean") if is_own else {},
        seconds=clock.wall,
        notes=(
            *([DEMO_NOTE] if provenance.is_demo else []),
            *([NO_TEST_NOTE] if evaluation is None else []),
            *dataset_notes(dataset),
            *texture_notes("method", method_spec(recipe)),
            *notes,
            *(() if evaluation is None else evaluation.notes),
        ),
        facts={**_facts(method, recipe, clock, precision), **(facts or {})},
        reconstruct=reconstructor(method, precision),
        pictures=pictures(method, precision),
    )


def dataset_notes(dataset: Dataset) -> tuple[str, ...]:
    """Return what a reader should know of the images: what the data set says, and what trains and tests."""
    own = tuple(dataset.notes()) if isinstance(dataset, WithNotes) else ()
    leaks = leak_note(dataset.train(), dataset.test())
    return (*own, *([leaks] if leaks else []))


def count_images(method: Method, dataset: Dataset, *, trains: bool = True) -> ImageCounts:
    """Return how many images a method has to train on and to test on.

    Args:
        method: The method, which says how files of several pages are read, and how many images validate.
        dataset: The images.
        trains: Whether it trains on them.
    """
    settings = method.settings
    test = read_as(dataset.test(), settings.reading)
    if not trains:
        return count_samples(None, test)
    train = read_as(dataset.train(), settings.reading)
    _, held_back = split_normals(len(train), settings.validation, method.seed)
    return count_samples(train, test, validate=len(held_back))


def _facts(method: Method, recipe: Recipe, clock: Clock, precision: str) -> dict[str, Any]:
    """Return the plain values that ``metrics.json`` has of every run."""
    textures = textures_of("method", method_spec(recipe))
    return {
        "root": str(Path(root).absolute()) if (root := recipe.data.root) else None,
        "cpu_seconds": clock.cpu,
        "input_size": method.settings.input_size,
        "precision": recipe.precision,
        "prediction_precision": precision,
        "device": _name(method.device),
        "threads": torch.get_num_threads(),
        **({} if textures is None else {"textures": textures}),
    }


def _published(method: Method, dataset: Dataset, category: str) -> Mapping[str, float]:
    """Return what the paper says of a method on a data set, if these are the images it speaks of."""
    return method.published(dataset.name, category, method.preset) if is_original(dataset) else {}


def _are_own(data: DataRecipe, trained_on: DataRecipe) -> bool:
    """Whether images are known to be of the category that was trained on, as a paper's figures are."""
    return (trained_on.dataset, trained_on.category) == (data.dataset, data.category)


def _provider(method: Method) -> str:
    """Return the distribution that provides a method; empty for a class that nobody registered."""
    entry = catalogue().registry("method").entry_of(type(method))
    return entry.provider if entry else ""


def _name(device: torch.device) -> str:
    """Return the device as a reader knows it: a GPU with the name of its model."""
    return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)
