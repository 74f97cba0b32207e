"""Methods in a folder: what is loaded is what was saved."""

import tomllib

import pytest
import tomli_w

from synth_anomaly import Pipeline, load_method
from synth_anomaly.errors import ComponentError, RecipeError, RunError
from synth_anomaly.method import create_method
from synth_anomaly.testing import random_images


def test_what_is_loaded_predicts_the_same(trained, tmp_path, assert_same):
    trained.save(tmp_path / "a" / "folder")
    expected = trained.predict(random_images(3))
    for loaded in (load_method(tmp_path / "a" / "folder"), Pipeline.load(str(tmp_path / "a" / "folder"))):
        assert_same(loaded.predict(random_images(3)), expected)
        assert loaded.settings.input_size == (32, 32)
        assert (loaded.seed, loaded.preset) == (trained.seed, trained.preset)
    assert sorted(path.name for path in (tmp_path / "a" / "folder").iterdir()) == [
        "recipe.toml",
        "weights.safetensors",
    ]


def test_what_bf16_trained_predicts_the_same_once_loaded(tmp_path, small, assert_same):
    made = small().fit(random_images(), device="cpu", precision="bf16")
    made.save(tmp_path)
    assert_same(load_method(tmp_path).predict(random_images(3)), made.predict(random_images(3)))


@pytest.mark.filterwarnings("ignore:.*with the weights that it began with")
def test_a_folder_takes_another_method(trained, tmp_path, small, assert_same):
    trained.save(tmp_path)
    other = small(backbone={"name": "resnet18", "width": 6, "out_levels": [1, 2]}, seed=9)
    other.save(tmp_path)
    loaded = load_method(tmp_path)
    assert loaded.seed == 9
    assert_same(loaded.predict(random_images(3)), other.predict(random_images(3)))


def test_a_saved_recipe_makes_the_method_again(trained, tmp_path):
    trained.save(tmp_path)
    recipe = tomllib.loads((tmp_path / "recipe.toml").read_text())
    again = create_method(recipe["method"], preset=recipe["preset"], settings=recipe["settings"])
    assert again.recipe() == trained.recipe()


def test_a_method_of_ones_own(tmp_path, assert_same, methods):
    made = methods.Other(size=16).fit(random_images(3, 16, 16), device="cpu", precision="fp32")
    assert made.preset == "paper"
    assert made.published("mvtec_ad", "bottle", "paper") == {}
    made.save(tmp_path)
    with pytest.raises(ComponentError, match="--allow-code"):
        load_method(tmp_path)
    loaded = load_method(tmp_path, allow_code=True)
    assert isinstance(loaded, methods.Other)
    assert_same(loaded.predict(random_images(2)), made.predict(random_images(2)))
    with pytest.raises(RunError, match=r"holds a Other, not a Pipeline: use load_method\(\)"):
        Pipeline.load(tmp_path, allow_code=True)


def test_missing_parts_of_a_folder_are_named(trained, tmp_path):
    with pytest.raises(RecipeError, match="no recipe at"):
        load_method(tmp_path / "absent")
    trained.save(tmp_path)
    (tmp_path / "weights.safetensors").unlink()
    with pytest.raises(RunError, match=r"holds no weights.safetensors"):
        load_method(tmp_path)


@pytest.mark.parametrize("keep", [0, 5, 100, 2000])
def test_broken_weights_are_named(trained, tmp_path, keep):
    trained.save(tmp_path)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(RunError, match=r"weights\.safetensors") as caught:
        load_method(tmp_path)
    assert "\n" not in str(caught.value)


def test_weights_of_another_network_are_one_line(trained, tmp_path):
    trained.save(tmp_path)
    recipe = tomllib.loads((tmp_path / "recipe.toml").read_text())
    recipe["settings"]["backbone"]["width"] = 6
    (tmp_path / "recipe.toml").write_text(tomli_w.dumps(recipe))
    with pytest.raises(RunError, match="does not fit its recipe") as caught:
        load_method(tmp_path)
    assert "\n" not in str(caught.value)
