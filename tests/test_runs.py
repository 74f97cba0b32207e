"""Runs from Python: their folders, what plugins hear of them, and what becomes of failures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import DataError, Interrupted, RunError
from synth_anomaly.plugin import hookimpl
from synth_anomaly.recipe import DataRecipe, Recipe
from synth_anomaly.runs import (
    RunOptions,
    evaluate_run,
    find_source,
    new_run,
    open_categories,
    resume_run,
    run_folder,
)
from synth_anomaly.training import Listener

SETTINGS = {"size": 32, "batch_size": 2, "steps": 3, "backbone": {"name": "resnet18", "width": 4}}


@pytest.fixture
def images(tmp_path):
    noise = np.random.default_rng(0)
    for place in ("train/good/0", "train/good/1", "test/good/0", "test/hole/0"):
        path = tmp_path / "part" / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise.integers(0, 256, (34, 30, 3), np.uint8)).save(path)
    return tmp_path / "part"


class Ear:
    """Hears every hook."""

    def __init__(self):
        self.heard = []

    @hookimpl
    def sat_run_start(self, run):
        self.heard.append(("start", run.folder.name))

    @hookimpl
    def sat_epoch_end(self, run, epoch):
        self.heard.append(("epoch", epoch.step))

    @hookimpl
    def sat_run_end(self, run, result):
        self.heard.append(("end", type(result.error).__name__ if result.error else sorted(result.metrics)[0]))


@pytest.fixture
def ear():
    ear = Ear()
    catalogue().plugins.manager.register(ear, "ear")
    yield ear
    catalogue().plugins.manager.unregister(ear)


def begin(images, **options):
    data = DataRecipe(root=str(images), dataset="folder", category="part")
    recipe = Recipe(method="segmentation", precision="fp32", settings=SETTINGS, data=data)
    source = find_source(recipe.data)
    (dataset,) = open_categories(recipe.data, source).values()
    options = RunOptions(**{"device": "cpu", "warn": lambda _: None, **options})
    return new_run(recipe, source, dataset, images.parent / "runs", options)


class Stopper(Listener):
    """Raises an error after a step, or before the first."""

    def __init__(self, error, step=None):
        self.error = error
        self.step = step

    def on_step(self, stage, step, losses):
        if step == self.step:
            raise self.error


def test_plugins_hear_of_a_run(images, ear):
    run = begin(images)
    results = run.execute()
    assert ear.heard == [("start", "1"), ("epoch", 1), ("epoch", 2), ("epoch", 3), ("end", "image_accuracy")]
    assert results.facts["training_images"] == 2
    assert results.provider == "synth-anomaly"


def test_plugins_hear_of_a_failure(images, ear):
    with pytest.raises(Interrupted):
        begin(images, listeners=[Stopper(Interrupted("stop"), 2)]).execute()
    assert ear.heard[0] == ("start", "1")
    assert ear.heard[-1] == ("end", "Interrupted")


def test_a_plugin_that_fails_stops_nothing(images):
    class Broken:
        @hookimpl
        def sat_epoch_end(self, run, epoch):
            raise ValueError("broken by design")

    said = []
    catalogue().plugins.manager.register(Broken(), "broken")
    results = begin(images, warn=said.append).execute()
    assert results.evaluation is not None
    assert [text for text in said if "broken by design" in text] == said
    assert len(said) == 1


def test_runs_are_numbered_and_a_failed_beginning_leaves_no_gap(images):
    first, second = begin(images), begin(images)
    assert [run.folder.name for run in (first, second)] == ["1", "2"]
    path = images / "train/good/1.png"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DataError, match=r"good/1\.png"):
        second.execute()
    assert first.folder.is_dir()
    assert not second.folder.exists()
    assert begin(images).folder == second.folder


def test_what_was_trained_is_kept_whatever_fails(images):
    run = begin(images, listeners=[Stopper(OSError(28, "No space left on device"), 2)])
    with pytest.raises(RunError, match=r"No space left.*sat run --resume .*/runs/segmentation/part/1"):
        run.execute()
    resumed = resume_run(run.folder, replace(run.options, listeners=()))
    assert resumed.resumed
    assert any("resumed" in note for note in resumed.execute().notes)
    with pytest.raises(RunError, match="has come to its end"):
        resume_run(run.folder, run.options)


def test_the_recipe_is_whole_and_holds_from_any_folder(images, monkeypatch):
    monkeypatch.chdir(images.parent)
    run = begin(Path("part"))
    recipe = Recipe.read(run.folder)
    assert recipe == Recipe.from_table(run.recipe.table(), "the run's")
    assert recipe.data.root == str(images)
    assert recipe.precision == "fp32"
    assert recipe.settings["batch_size"] == 2
    assert recipe.settings["learning_rate"] == 1e-3


def test_a_folder_that_cannot_be_made(images):
    (images.parent / "runs").write_text("a file")
    with pytest.raises(RunError, match="--out"):
        begin(images)


def test_odd_names_stay_inside_the_folder_of_runs(images, tmp_path):
    from synth_anomaly.runs.folder import new_folder

    for method, category in (("a/b", "../c"), ("my.module:Method", ".."), ("x", "a\\b")):
        folder = new_folder(tmp_path / "out", method, category)
        assert folder.resolve().relative_to(tmp_path / "out").parts[2:] == ("1",)


def test_a_run_is_named_by_its_folder_or_recipe(images):
    folder = begin(images).folder
    assert run_folder(folder) == run_folder(folder / "recipe.toml") == folder
    for wrong in (images, images / "nowhere", folder / "checkpoint"):
        with pytest.raises(RunError, match="expected a run's folder"):
            run_folder(wrong)


def test_evaluating_again_gives_the_same(images):
    run = begin(images)
    first = run.execute()
    again = evaluate_run(run.folder, Recipe.read(run.folder).data, device="cpu", warn=lambda _: None)
    for name, figure in first.metrics.items():
        assert again.metrics[name] == pytest.approx(figure, abs=0, nan_ok=True)
    assert again.facts["training_images"] == 2  # those of the run, whatever it is evaluated on
    assert again.facts["run"] == str(run.folder)
