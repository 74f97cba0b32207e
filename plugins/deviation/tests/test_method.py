"""The presets, and the method as a user runs it."""

import json

import numpy as np
import pytest
from sat_deviation.method import FAMILIES, Deviation, DeviationSettings

from synth_anomaly import load_method
from synth_anomaly.backbones import Deviation as DeviationBackbone
from synth_anomaly.backbones import EfficientNetLite0, EfficientNetLite2, ResNet50
from synth_anomaly.catalogue import catalogue
from synth_anomaly.heads import Pyramid
from synth_anomaly.recipe import Recipe
from synth_anomaly.scorers import Distance, Gated, Memory
from synth_anomaly.testing import (
    check_method,
    check_resuming,
    last_path,
    one_thread,
    random_images,
    sat,
    write_data_set,
)

TRUNKS = {"quick": EfficientNetLite0, "large": EfficientNetLite2, "gpu": ResNet50}
TRUNKS |= {"distance": EfficientNetLite0, "memory": EfficientNetLite0}
SCORERS = {"distance": Distance, "memory": Memory}
TINY = {
    "size": 32,
    "keep_proportions": False,
    "bank": 4,
    "steps": 2,
    "batch_size": 4,
    "backbone": {"name": "deviation", "trunk": {"name": "resnet18", "width": 4, "out_levels": [1, 2, 3]}},
    "head": {"name": "pyramid", "channels": 4},
    "scorer": {"name": "gated", "distance": {"name": "distance", "dimensions": 8}},
}
pytestmark = pytest.mark.filterwarnings("ignore:textures are made by rule:UserWarning")


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


@pytest.fixture
def tiny():
    """The method at a size that trains in no time; any change."""

    def make(**changes):
        return Deviation(**{**TINY, **changes})

    return make


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A few images in MVTec AD's layout."""
    return write_data_set(tmp_path_factory.mktemp("data"), "thing")


@pytest.fixture(scope="module")
def run_on(data):
    """Runs the method on them, as a user types it."""

    def run(out, *arguments):
        asked = ("run", "deviation", "--data", data, "--category", "thing", "--out", out, "--device=cpu")
        with one_thread():
            return sat(*asked, *arguments)

    return run


@pytest.fixture(scope="module")
def trained(run_on, tmp_path_factory):
    """What a short run with pretrained weights says."""
    return run_on(tmp_path_factory.mktemp("runs"), "--set=bank=8", "--set=steps=2", "--set=size=64")


def test_presets_are_those_that_are_described():
    assert list(Deviation.presets) == ["quick", "large", "gpu", "distance", "memory"]
    assert set(TRUNKS) == set(Deviation.presets)


@pytest.mark.parametrize("preset", TRUNKS)
def test_every_preset_builds(preset):
    made = Deviation(preset)
    assert isinstance(made.backbone, DeviationBackbone)
    assert isinstance(made.backbone.trunk, TRUNKS[preset])
    assert not any(parameter.requires_grad for parameter in made.backbone.parameters())
    assert isinstance(made.scorer, SCORERS.get(preset, Gated))
    if preset in SCORERS:
        assert made.head is None
        assert made.settings.bank == 0
    else:
        assert isinstance(made.head, Pyramid)
        assert made.head.in_channels == tuple(made.backbone.channels)
        assert made.settings.bank > 0


def test_it_learns_from_the_families():
    parts = DeviationSettings().synthesizer.synthesizers
    described = [catalogue().describe("synthesizer", part) for part in parts]
    named = [catalogue().build("synthesizer", name) for name in FAMILIES]
    assert described == [catalogue().describe("synthesizer", made) for made in named]


def test_settings_do_not_share_their_pieces():
    first, second = DeviationSettings(), DeviationSettings()
    assert first.scorer is not second.scorer
    assert first.backbone["trunk"] is not second.backbone["trunk"]


def test_it_trains_and_predicts_and_is_the_same_once_loaded(tiny):
    check_method(tiny(size=(32, 64)), random_images(6, 32, 64))


def test_training_that_goes_on_ends_alike(tiny):
    check_resuming(tiny, random_images(), "training", 2)


@pytest.mark.parametrize(("preset", "said"), [("distance", "alignment of"), ("memory", "cells of the good")])
def test_a_preset_without_training_as_a_user_types_it(run_on, tmp_path, preset, said):
    result = run_on(tmp_path, "--preset", preset, "--set=size=64", "--quiet")
    run = last_path(result)
    figures = json.loads((run / "metrics.json").read_text())
    assert 0 <= figures["metrics"]["image_auroc"] <= 1
    assert Recipe.read(run).settings["head"] == "none"
    assert said in (run / "metrics.json").read_text()


def test_a_run_says_what_it_trained_on(trained):
    last_path(trained)
    assert "alignment of the good images" in trained.output
    for family in FAMILIES:
        assert f"{family} (" in trained.output


def test_the_recipe_of_a_run_gives_the_same_weights(trained, tmp_path):
    run = last_path(trained)
    with one_thread():
        again = last_path(sat("run", run, "--out", tmp_path, "--device=cpu", "--quiet"))
    assert (again / "weights.safetensors").read_bytes() == (run / "weights.safetensors").read_bytes()


def test_a_run_is_evaluated_again_and_loaded(trained, data):
    run = last_path(trained)
    with one_thread():
        evaluated = last_path(sat("evaluate", run, "--device=cpu", "--quiet"))
    paths = list((evaluated / "maps").rglob("*.npz"))
    assert len(paths) == 2
    for path in paths:
        before = np.load(run / path.relative_to(evaluated))["map"]
        np.testing.assert_array_equal(np.load(path)["map"], before)
    assert load_method(run).predict(data / "thing" / "test" / "good").maps.shape == (1, 1, 64, 64)


def test_mistakes_are_one_line(run_on, tmp_path):
    for arguments, text in (
        (("--set=crop=0",), "crop is a share in (0, 1]"),
        (("--set=bank=-1",), "bank is a number of images"),
        (("--backbone=resnet18",), "needs a backbone with a frozen trunk, got ResNet18"),
        (("--scorer=max", "--preset=distance", "--set=size=64"), "a scorer needs outputs.logits"),
    ):
        result = run_on(tmp_path, *arguments)
        assert result.exit_code != 0, result.output
        assert text in result.stderr
        assert "Traceback" not in result.stderr
