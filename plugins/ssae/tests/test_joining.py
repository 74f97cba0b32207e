"""The ensemble of two trained runs: what its recipe says, and which runs it refuses."""

from dataclasses import replace

import pytest
from sat_ssae.joining import join_runs
from sat_ssae.method import SSAE

from synth_anomaly.errors import RunError
from synth_anomaly.recipe import DataRecipe, Recipe

OF_EQUATION_4 = {"amplifying_weight": 0.25, "normaliser": "difference", "validate_every": 2, "patience": 3}
CUT_OUT = {"name": "share-limited", "synthesizer": "ssae-cut-out"}


@pytest.fixture
def saved(tiny, tmp_path):
    """Saves a method that trained nothing, in the place of a run on the demo's carpet."""

    def save(name, preset, *, seed=0, precision="fp32", data=None, **changes):
        folder = tmp_path / name
        method = tiny(preset, seed=seed, **changes)
        method.save(folder)
        data = DataRecipe(**{"dataset": "demo", "category": "carpet", **(data or {})})
        recipe = replace(method.recipe(), precision=precision, data=data)
        (folder / "recipe.toml").write_text(recipe.text())
        return folder

    return save


def test_its_recipe_takes_from_each_run_what_its_equation_uses(saved, tmp_path):
    first = saved("1", "objective-1", weight=0.75)
    second = saved("4", "objective-4", weight=0.5, **OF_EQUATION_4)
    out = tmp_path / "both"
    join_runs(first, second, out)
    recipe = Recipe.read(out)
    assert recipe.preset == "ensemble"
    settings = SSAE(recipe.preset, seed=recipe.seed, **recipe.settings).settings
    alone = SSAE("objective-1", **Recipe.read(first).settings).settings
    assert settings == replace(alone, objective="ensemble", **OF_EQUATION_4)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"steps": 4}, "steps"),
        ({"learning_rate": 1e-3}, "learning_rate"),
        ({"schedule": "cosine"}, "schedule"),
        ({"batch_size": 3}, "batch_size"),
        ({"validation": 0.5}, "validation"),
        ({"input_sides": (1.0,)}, "input_sides"),
        ({"synthesizer": CUT_OUT}, "synthesizer"),
        ({"augment": "flips"}, "augment"),
        ({"guide": "constant"}, "guide"),
        ({"window": 5, "repeats": 1}, "repeats, window"),
        ({"seed": 1}, "seed"),
        ({"precision": "bf16"}, "precision"),
        ({"data": {"category": "grid"}}, "data.category"),
        ({"data": {"skip_bad": True}}, "data.skip_bad"),
        ({"data": {"options": {"seed": 7}}}, "data.options.seed"),
    ],
)
@pytest.mark.parametrize("changed", [0, 1])
def test_other_differences_are_refused_in_a_line(saved, tmp_path, changes, named, changed):
    first, second = (
        saved(preset, preset, **(changes if number == changed else {}))
        for number, preset in enumerate(("objective-1", "objective-4"))
    )
    out = tmp_path / "both"
    with pytest.raises(RunError) as refused:
        join_runs(first, second, out)
    assert f"got other {named} in {first} than in {second}: " in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not out.exists()


def test_what_a_preset_says_is_compared_too(saved, tmp_path):
    first, second = saved("1", "cut-out"), saved("4", "objective-4")
    with pytest.raises(RunError, match="got other synthesizer in"):
        join_runs(first, second, tmp_path / "both")
