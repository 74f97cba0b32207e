"""`sat run` with the proportions of the images kept, as a user types it."""

import json

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.errors import Interrupted
from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.maps import read_map

KEPT = "images are 96x40 pixels: trained at 96x32, their proportions kept"


@pytest.fixture
def wide(tmp_path):
    """Two products: 40 pixels high and 96 wide, and square."""
    noise = np.random.default_rng(0)
    for category, size in {"rail": (40, 96), "tile": (48, 48)}.items():
        for part in [*(f"train/good/{n}" for n in range(3)), "test/good/0", "test/scratch/0"]:
            path = tmp_path / "wide" / category / f"{part}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(noise.integers(90, 110, (*size, 3), np.uint8)).save(path)
        mask = np.zeros(size, np.uint8)
        mask[10:20, 10:20] = 255
        truth = tmp_path / "wide" / category / "ground_truth/scratch"
        truth.mkdir(parents=True)
        Image.fromarray(mask).save(truth / "0_mask.png")
    return tmp_path / "wide"


@pytest.fixture
def run(sat, wide):
    tiny = [*sat.tiny, "--precision=fp32", "--set=size=64", "--set=keep_proportions=true", "--data", wide]
    return lambda *arguments: sat("run", "segmentation", *tiny, *arguments)


def test_the_recipe_states_the_size_and_everything_follows_it(run, sat):
    said = run("--category=rail")
    recipe = Recipe.read(said.folder)
    assert recipe.settings["size"] == [32, 96]
    assert recipe.settings["keep_proportions"] is False
    assert said.metrics["input_size"] == [32, 96]
    note = f"{KEPT}; keep_proportions=false squashes them"
    assert note in said.metrics["notes"]
    assert KEPT in said.stderr
    assert read_map(said.folder / "maps/scratch/0.npz").shape == (32, 96)
    again = sat("run", said.folder)
    assert again.metrics["metrics"] == said.metrics["metrics"]
    assert again.metrics["input_size"] == [32, 96]
    assert KEPT in again.metrics["notes"]
    evaluated = sat("evaluate", said.folder)
    assert evaluated.metrics["metrics"] == said.metrics["metrics"]
    assert evaluated.metrics["input_size"] == [32, 96]


def test_two_numbers_win_and_each_category_has_its_own(run):
    assert run("--category=rail", "--set=size=[64,32]").metrics["input_size"] == [64, 32]
    folder = run("--category=all", "--out=both").folder
    sizes = [
        json.loads((folder / name / "1/metrics.json").read_text())["input_size"] for name in ("rail", "tile")
    ]
    assert sizes == [[32, 96], [64, 64]]


def test_a_stopped_run_goes_on_at_its_size(run, sat, monkeypatch):
    def stop(*_, **__):
        raise Interrupted("stopped")

    with monkeypatch.context() as patch:
        patch.setattr("synth_anomaly.pipeline.Pipeline.save_weights", stop)
        assert run("--category=rail").code != 0
    resumed = sat("run", "--resume", "runs/segmentation/rail/1")
    assert resumed.metrics["input_size"] == [32, 96]
    assert KEPT in resumed.metrics["notes"]


def test_a_preset_that_keeps_proportions_counts_as_unchanged(sat, wide, tmp_path, monkeypatch):
    (tmp_path / "keeping_of_tests.py").write_text(
        "from synth_anomaly import Pipeline\n"
        "class Keeping(Pipeline):\n"
        "    presets = {'full': {}, 'quick': {'size': 64, 'keep_proportions': True, 'batch_size': 2,\n"
        "        'steps': 2, 'backbone': {'name': 'resnet18', 'width': 4}}}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    def changes(*arguments):
        said = sat("run", "keeping_of_tests:Keeping", "--device=cpu", "--data", wide, *arguments)
        return said.metrics["changes"]

    assert changes("--category=rail") == {}
    assert changes("--category=tile") == {}
    assert changes("--category=rail", "--set=size=[32,32]") == {"size": [32, 32]}
    assert changes("--category=rail", "--set=size=128") == {"size": [96, 192]}
    assert changes("--category=rail", "--set=keep_proportions=false") == {"keep_proportions": False}
