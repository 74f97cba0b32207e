"""What a recipe becomes for each category."""

import numpy as np
import pytest
from PIL import Image

from synth_anomaly import Pipeline
from synth_anomaly.errors import OptionError
from synth_anomaly.recipe import Recipe
from synth_anomaly.runs import category_recipes

TEXTURED = {"name": "cutpaste", "fill": "texture"}


@pytest.fixture
def choosy(monkeypatch):
    """The generic method, with wishes for two categories."""

    def for_category(cls, dataset, category, preset):
        wishes = {
            "bolt": {"size": 96, "batch_size": 2 if preset == "quick" else 3},
            "carpet": {"synthesizer": TEXTURED},
        }
        return wishes.get(category, {}) if dataset == "parts" else {}

    monkeypatch.setattr(Pipeline, "for_category", classmethod(for_category))


def made(categories, *, dataset="parts", textures=None, **recipe):
    plan = category_recipes([Recipe(method="segmentation", **recipe)], dataset, categories, textures=textures)
    return {one.category: one.recipe.settings for one in plan}


def test_a_method_without_wishes_changes_nothing():
    assert made(["bolt"]) == {"bolt": {}}
    assert Pipeline.for_category("parts", "bolt", "quick") == {}


def test_each_category_has_its_own(choosy):
    assert made(["bolt", "nut"]) == {"bolt": {"size": 96, "batch_size": 2}, "nut": {}}
    assert made(["bolt"], preset="full")["bolt"]["batch_size"] == 3
    assert made(["bolt"], dataset="others") == {"bolt": {}}


def test_what_a_recipe_states_stands_above(choosy):
    assert made(["bolt"], settings={"size": 64, "steps": 5})["bolt"] == {
        "size": 64,
        "batch_size": 2,
        "steps": 5,
    }


@pytest.fixture
def textures(tmp_path):
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "0.png")
    return str(tmp_path)


def test_textures_reach_the_categories_that_show_them_beside_their_own(choosy, textures):
    recipes = made(["carpet", "nut"], textures=textures)
    assert recipes["carpet"]["synthesizer"]["fill"]["folder"] == textures
    assert recipes["nut"] == {}


def test_textures_that_no_category_shows_are_refused(choosy, textures):
    with pytest.raises(OptionError, match="expected something that shows textures"):
        made(["bolt", "nut"], textures=textures)
