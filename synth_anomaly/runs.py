"""A run on disk: made from a recipe, trained, evaluated, written down; resumed after an interruption."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import Source, open_dataset, resolve
from synth_anomaly.errors import RunError
from synth_anomaly.evaluation import Evaluation
from synth_anomaly.files import write_whole
from synth_anomaly.interfaces import Dataset, EpochReport, RunContext, RunResult, Sample
from synth_anomaly.method import Method, create_method, load_method
from synth_anomaly.recipe import DataRecipe, Recipe
from synth_anomaly.reporting.evaluation_sheet import Reconstruct
from synth_anomaly.reporting.provenance import Provenance
from synth_anomaly.reporting.results import Results, write_results
from synth_anomaly.training import Listener, choose_device, choose_precision

__all__ = ["Run", "RunOptions", "evaluate_run", "find_source", "new_run", "resume_run"]


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What is decided anew each time a recipe runs, and changes no result on the same machine.

    Attributes:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        allow_code: Whether the recipe may name components by import path.
        listeners: What is told of the training's progress.
        warn: Is told what the user should read.
    """

    device: str = "auto"
    allow_code: bool = False
    listeners: Sequence[Listener] = ()
    warn: Callable[[str], None] = print


def find_source(data: DataRecipe, *, allow_code: bool = False) -> Source:
    """Return where a recipe's images come from.

    Raises:
        DataError: If the folder or the category is not there.
    """
    return resolve(data.dataset or None, data.root or None, data.category or None, allow_code=allow_code)


def new_run(recipe: Recipe, source: Source, category: str, out: Path, options: RunOptions) -> Run:
    """Return a new run of one category, whose folder holds its whole recipe.

    Args:
        recipe: What to run.
        source: Where its images come from.
        category: One of the source's categories.
        out: The folder that holds all runs.
        options: How to run it this time.

    Raises:
        SynthAnomalyError: If the recipe names something that is not there.
    """
    device = choose_device(options.device)
    method = create_method(
        recipe.method,
        preset=recipe.preset,
        settings=recipe.settings,
        seed=recipe.seed,
        allow_code=options.allow_code,
    )
    data = replace(recipe.data, dataset=source.dataset, root=source.root or "", category=category)
    complete = replace(
        method.recipe(),
        method=recipe.method,
        precision=choose_precision(recipe.precision, device).name,
        data=data,
    )
    dataset = open_dataset(source, category, options=data.options, allow_code=options.allow_code)
    dataset.train()
    folder = _new_folder(out / recipe.method.replace("/", "-").replace(":", "-") / category)
    write_whole(folder / "recipe.toml", complete.text().encode())
    return Run(folder, complete, method, dataset, options)


def resume_run(folder: Path, options: RunOptions) -> Run:
    """Return the run in ``folder``, to go on where it stopped.

    Raises:
        RunError: If it has come to its end, or is no run.
    """
    if (folder / "metrics.json").is_file():
        raise RunError(
            f"{folder} has come to its end: see its metrics.json, or start another with sat run {folder}"
        )
    recipe = Recipe.read(folder)
    source = find_source(recipe.data, allow_code=options.allow_code)
    method = create_method(
        recipe.method,
        preset=recipe.preset,
        settings=recipe.settings,
        seed=recipe.seed,
        allow_code=options.allow_code,
    )
    dataset = open_dataset(
        source, recipe.data.category, options=recipe.data.options, allow_code=options.allow_code
    )
    return Run(folder, recipe, method, dataset, options)


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        folder: Where it writes.
        recipe: Everything that made it.
        method: The method, trained after :meth:`execute`.
        dataset: The images.
        options: How it runs this time.
    """

    folder: Path
    recipe: Recipe
    method: Method
    dataset: Dataset
    options: RunOptions

    def execute(self) -> Results:
        """Train, evaluate, and write everything down; go on from a checkpoint where there is one.

        Raises:
            SynthAnomalyError: If something fails, or the user asked to stop; the run can be resumed.
        """
        context = RunContext(self.folder, self.recipe.table())
        self._notify("sat_run_start", run=context)
        try:
            results = self._execute(context)
        except BaseException as error:
            self._notify("sat_run_end", run=context, result=RunResult(error=error))
            raise
        self._notify("sat_run_end", run=context, result=RunResult(metrics=results.metrics))
        return results

    def _execute(self, context: RunContext) -> Results:
        clock = Clock()
        self.method.fit(
            self.dataset,
            device=self.options.device,
            precision=self.recipe.precision,
            skip_bad=self.recipe.data.skip_bad,
            checkpoints=self.folder / "checkpoint",
            listeners=[*self.options.listeners, _Hooks(context, self._notify)],
            warn=self.options.warn,
        )
        self.method.save_weights(self.folder)
        evaluation = self._evaluate()
        results = _results(self.method, self.dataset, self.recipe, evaluation, clock)
        write_results(self.folder, results)
        return results

    def _evaluate(self) -> Evaluation | None:
        if not self.dataset.test():
            self.options.warn("no test images, so there are no figures: look at new images with sat predict")
            return None
        data = self.recipe.data
        return self.method.evaluate(
            self.dataset, score_size=data.score_size, skip_bad=data.skip_bad, warn=self.options.warn
        )

    def _notify(self, hook: str, **arguments: Any) -> None:
        catalogue().plugins.notify(hook, self.options.warn, **arguments)


class Clock:
    """Measures wall and CPU seconds from where it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    @property
    def wall(self) -> float:
        """Wall seconds so far."""
        return round(time.monotonic() - self._wall, 3)

    @property
    def cpu(self) -> float:
        """CPU seconds of this process so far, over all its threads."""
        return round(time.process_time() - self._cpu, 3)


class _Hooks(Listener):
    """Passes the end of each epoch on to the plugins."""

    def __init__(self, context: RunContext, notify: Callable[..., None]) -> None:
        self._context = context
        self._notify = notify

    def on_epoch(self, report: EpochReport) -> None:
        self._notify("sat_epoch_end", run=self._context, epoch=report)


def _new_folder(parent: Path) -> Path:
    """Make the folder with the next free number."""
    parent.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(path.name) for path in parent.iterdir() if path.name.isdigit()), default=0)
    while True:
        try:
            (parent / str(number)).mkdir()
        except FileExistsError:  # another process was faster
            number += 1
        else:
            return parent / str(number)


def evaluate_run(
    folder: Path,
    data: DataRecipe,
    *,
    device: str = "auto",
    precision: str = "fp32",
    allow_code: bool = False,
    warn: Callable[[str], None] = print,
) -> Results:
    """Evaluate a trained run again.

    Args:
        folder: The run's folder.
        data: The images, such as those of its recipe.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        precision: Of prediction: ``fp32``, ``bf16`` or ``auto``.
        allow_code: Whether the recipe may name components by import path.
        warn: Is told what the user should read.

    Raises:
        SynthAnomalyError: If the run or the images are not there.
    """
    clock = Clock()
    method = load_method(folder, device=device, allow_code=allow_code)
    source = find_source(data, allow_code=allow_code)
    dataset = open_dataset(source, source.categories[0], options=data.options, allow_code=allow_code)
    evaluation = method.evaluate(
        dataset, score_size=data.score_size, precision=precision, skip_bad=data.skip_bad, warn=warn
    )
    recipe = replace(Recipe.read(folder), data=data, precision=precision)
    return _results(method, dataset, recipe, evaluation, clock)


def _results(
    method: Method, dataset: Dataset, recipe: Recipe, evaluation: Evaluation | None, clock: Clock
) -> Results:
    provenance = provenance_of(method, dataset)
    return Results(
        provenance=provenance,
        evaluation=evaluation,
        recipe=recipe.text(),
        provider=provider_of(method),
        published=method.published(dataset.name, dataset.category),
        seconds=clock.wall,
        notes=notes_on(provenance),
        facts={
            "cpu_seconds": clock.cpu,
            "precision": recipe.precision,
            "device": device_name(method.device),
            "training_images": len(dataset.train()),
        },
        reconstruct=reconstructor(method),
    )


def provenance_of(method: Method, dataset: Dataset) -> Provenance:
    """Return where figures of a method on a data set's test images come from."""
    return Provenance(
        dataset=dataset.name,
        category=dataset.category,
        split="test",
        method=method.name,
        preset=method.preset,
        seed=method.seed,
    )


def provider_of(method: Method) -> str:
    """Return the distribution that provides a method; empty for a class that nobody registered."""
    entry = catalogue().registry("method").entry_of(type(method))
    return entry.provider if entry else ""


def notes_on(provenance: Provenance) -> tuple[str, ...]:
    """Return what a reader of results should know first."""
    demo = "demo: these images are rendered by the package; the figures say nothing of real products"
    return (demo,) if provenance.is_demo else ()


def device_name(device: torch.device) -> str:
    """Return the device as a reader knows it, such as ``"cuda:0 (NVIDIA H200)"``."""
    return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)


def reconstructor(method: Method) -> Reconstruct | None:
    """Return what reconstructs a sample, uint8 ``(H, W, 3)``; None where the method reconstructs nothing."""
    blank = torch.zeros(1, 3, *method.settings.input_size)
    if method.predict(blank).reconstruction is None:
        return None

    def reconstruct(sample: Sample) -> npt.NDArray[np.uint8]:
        reconstruction = method.predict([sample]).reconstruction
        assert reconstruction is not None  # noqa: S101  # a method reconstructs always or never
        image = reconstruction[0].permute(1, 2, 0).clamp(0, 1) * 255
        return image.round().to(torch.uint8).numpy()

    return reconstruct
