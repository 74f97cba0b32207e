"""None in a recipe, where it overrides a preset."""

import tomllib

from synth_anomaly import Pipeline, load_method

NONES = {
    "augment": None,
    "guide": None,
    "backbone": {"weights": None},
    "synthesizer": {"fill": {"folder": None}, "shape": "perlin"},
}


def test_none_that_overrides_a_preset_survives_a_recipe(tmp_path, methods):
    method = methods.Overridden("set", **NONES)
    assert method.settings.augment is method.settings.guide is method.settings.synthesizer.fill.folder is None
    method.save(tmp_path)
    written = tomllib.loads((tmp_path / "recipe.toml").read_text())["settings"]
    assert written["augment"] == written["guide"] == written["synthesizer"]["fill"]["folder"] == "none"
    again = load_method(tmp_path, allow_code=True)
    assert again.settings.augment is again.settings.guide is None
    assert again.settings.backbone["weights"] is None
    assert again.settings.synthesizer == method.settings.synthesizer
    assert again.recipe() == method.recipe()


def test_a_recipe_says_none_only_where_it_overrides(tmp_path, methods):
    assert "none" not in Pipeline("quick").recipe().text()
    kept = methods.Overridden("set", backbone={"weights": None}).recipe().settings
    assert kept["guide"] == {"name": "constant", "value": 1.0}
    assert (kept["augment"]["name"], kept["augment"]["p"]) == ("RandomHorizontalFlip", 0.3)
