"""The good images that an analysis looks at: those of a run, or of a data set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sat_ssae.method import SSAE
from synth_anomaly.data import open_dataset, resolve
from synth_anomaly.errors import RunError
from synth_anomaly.interfaces import Dataset
from synth_anomaly.method import load_method
from synth_anomaly.recipe import Recipe

__all__ = ["TrainedRun", "dataset_of_run", "is_run", "open_run"]


@dataclass(frozen=True)
class TrainedRun:
    """A trained method and the images that it was trained on.

    Attributes:
        method: The method.
        dataset: Its images.
        title: What to call both.
    """

    method: SSAE
    dataset: Dataset
    title: str


def is_run(path: Path) -> bool:
    """Whether a path is a run's folder."""
    return (path / "recipe.toml").is_file()


def dataset_of_run(run: Path, *, allow_code: bool = False) -> Dataset:
    """Return the images of a run.

    Raises:
        SynthAnomalyError: If the folder is no run, or its images are not where they were.
    """
    data = Recipe.read(run, allow_code=allow_code).data
    source = resolve(data.dataset or None, data.root or None, data.category or None, allow_code=allow_code)
    return open_dataset(source, source.categories[0], options=data.options, allow_code=allow_code)


def open_run(run: Path, *, device: str = "auto", allow_code: bool = False) -> TrainedRun:
    """Return a trained run of SSAE.

    Args:
        run: The run's folder.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        allow_code: Whether its recipe may name code by import path.

    Raises:
        RunError: If it is a run of another method, or is not trained.
    """
    method = load_method(run, device=device, allow_code=allow_code)
    if not isinstance(method, SSAE):
        raise RunError(f"expected a run of ssae in {run}, got one of {method.name}: choose another run")
    dataset = dataset_of_run(run, allow_code=allow_code)
    title = f"ssae ({method.preset}) on {dataset.name} / {dataset.category}"
    return TrainedRun(method, dataset, title)
