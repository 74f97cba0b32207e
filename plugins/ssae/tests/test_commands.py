"""`sat ssae ...` as a user types it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from synth_anomaly.recipe import Recipe
from synth_anomaly.testing import last_path, sat, write_data_set

TINY = [
    "--set=size=32", "--set=steps=2", "--set=width=4", "--set=batch_size=4", "--set=dilations=[1]",
    "--set=input_sides=[1.0]", "--set=window=3", "--set=validate_every=1", "--device=cpu", "--quiet",
]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A few images in MVTec AD's layout."""
    return write_data_set(tmp_path_factory.mktemp("data"), "leather", "thing")


@pytest.fixture(scope="module")
def runs(data, tmp_path_factory):
    """A run of each objective."""
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("runs")
    made = {}
    for preset in ("objective-1", "objective-4"):
        asked = ("run", "ssae", "--preset", preset, "--data", data, "--category", "leather", "--out", out)
        made[preset] = last_path(sat(*asked, *TINY))
    return made


def test_a_run_takes_what_its_category_asks_for(data, runs, tmp_path):
    recipe = (runs["objective-1"] / "recipe.toml").read_text()
    assert 'augment = "symmetries"' in recipe or 'name = "symmetries"' in recipe
    assert "size = 32" in recipe  # the user's stands above the category's
    asked = ("run", "ssae", "--data", data, "--category", "thing", "--out", tmp_path)
    other = (last_path(sat(*asked, *TINY)) / "recipe.toml").read_text()
    assert "augment" not in other


def test_what_the_user_takes_from_a_category_stays_away(data, tmp_path):
    asked = ("run", "ssae", "--data", data, "--category", "leather", "--out", tmp_path)
    run = last_path(sat(*asked, *TINY, "--set=augment=none"))
    again = last_path(sat("run", run, "--out", tmp_path, "--device=cpu", "--quiet"))
    for folder in (run, again):
        assert 'augment = "none"' in (folder / "recipe.toml").read_text()
    assert (again / "weights.safetensors").read_bytes() == (run / "weights.safetensors").read_bytes()


def test_what_a_recipe_records_stands_with_another_category_and_help_says_so(data, runs, tmp_path):
    asked = ("--category", "thing", "--out", tmp_path, "--device=cpu", "--quiet")
    run = last_path(sat("run", runs["objective-1"] / "recipe.toml", *asked))
    recorded, again = (Recipe.read(folder) for folder in (runs["objective-1"], run))
    assert again.data.category == "thing"
    assert again.settings == recorded.settings
    assert again.settings["augment"]["name"] == "symmetries"
    told = " ".join(sat("run", "--help").stdout.split())
    assert "The settings that it records stand, with another --category too" in told
    told = " ".join(sat("describe", "method", "ssae").stdout.split())
    assert "the settings that a recipe records stand above those" in told


def test_moments_of_a_run_lie_beside_it(runs):
    run = runs["objective-1"]
    result = sat("ssae", "moments", run)
    assert last_path(result) == run / "moments.png"
    assert "theorem 2 holds for corruptions of less than" in result.stdout
    figures = json.loads((run / "moments.json").read_text())
    assert 0 < figures["orthogonal_share"] < 0.5
    rows = list(csv.DictReader((run / "moments.csv").read_text().splitlines()))
    assert len(rows) == 256 * 256 + 512
    with Image.open(run / "moments.png") as picture:
        assert picture.width > 600


def test_moments_of_a_data_set(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = sat("ssae", "moments", data, "--category", "leather")
    assert last_path(result) == Path("moments/leather/moments.png")
    assert (tmp_path / "moments/leather/moments.json").is_file()
    result = sat("ssae", "moments", data, "--category", "leather", "--out", "elsewhere")
    assert last_path(result) == Path("elsewhere/moments.png")


def test_orthogonality_of_a_run(runs):
    run = runs["objective-1"]
    result = sat("ssae", "orthogonality", run, "--device=cpu")
    assert last_path(result) == run / "orthogonality.png"
    rows = list(csv.DictReader((run / "orthogonality.csv").read_text().splitlines()))
    assert [float(row["width"]) for row in rows] == [
        round(round(0.05 * step * 32) / 32, 4) for step in range(1, 20)
    ]
    assert all(0 <= float(row["reconstruction_nearest"]) <= 1 for row in rows)
    # small patches of noise leave an image nearest to its own copy
    assert float(rows[0]["image_nearest"]) == 1
    assert set(json.loads((run / "orthogonality.json").read_text())) >= {"image_below_half"}


def test_a_run_leaves_a_picture_of_reconstructions(runs):
    for run in runs.values():
        with Image.open(run / "reconstructions.png") as picture:
            assert picture.width > 600


def test_runs_of_other_methods_do_not(data, tmp_path):
    tiny = ("--set=size=32", "--set=steps=1", "--set=batch_size=2", "--device=cpu", "--quiet")
    small = '--set=backbone={name="resnet18",width=4}'
    asked = ("run", "segmentation", "--data", data, "--category", "thing", "--out", tmp_path)
    run = last_path(sat(*asked, *tiny, small))
    assert not (run / "reconstructions.png").exists()


def test_reconstructions_of_a_run(runs, tmp_path):
    path = last_path(sat("ssae", "reconstructions", runs["objective-4"], "--out", tmp_path, "--device=cpu"))
    assert path == tmp_path / "reconstructions.png"
    with Image.open(path) as picture:
        assert picture.width > 600


def test_two_runs_make_an_ensemble(runs, tmp_path):
    out = tmp_path / "both"
    assert last_path(sat("ssae", "ensemble", *runs.values(), "--out", out)) == out
    evaluated = last_path(sat("evaluate", out, "--device=cpu"))
    maps = [_maps(folder) for folder in (*runs.values(), evaluated)]
    for name, joined in maps[2].items():
        np.testing.assert_array_equal(joined, np.maximum(maps[0][name], maps[1][name]))
    assert last_path(sat("ssae", "orthogonality", out, "--device=cpu")) == out / "orthogonality.png"


def _maps(folder):
    return {path.stem: np.load(path)["map"] for path in sorted((folder / "maps").rglob("*.npz"))}


def test_mistakes_are_one_line(runs, data, tmp_path):
    first, second = runs.values()
    for arguments, text in (
        (("ensemble", second, first, "--out", tmp_path / "a"), "expected a run with objective 'filtering'"),
        (("ensemble", first, second, "--out", first), "which holds a run"),
        (("orthogonality", tmp_path / "no"), "no recipe at"),
        (("moments", first, "--category", "leather"), "A run has its own category"),
        (("moments", data), "expected a category of"),
        (("moments", data), "choose from leather, thing (--category)"),
        (("moments", data, "--category", "all"), "expected one category of"),
    ):
        result = sat("ssae", *arguments)
        assert result.exit_code == 2, result.output
        assert text in result.stderr
        assert "Traceback" not in result.stderr
    assert not (tmp_path / "a").exists()


@pytest.mark.usefixtures("few_demo_images")
def test_the_demo_tells_what_is_left_of_its_defects(tmp_path):
    asked = ("run", "ssae", "--category", "carpet", "--out", tmp_path)
    result = sat(*asked, *TINY)
    metrics = json.loads((last_path(result) / "metrics.json").read_text())
    assert metrics["defect_share_left"] == pytest.approx(
        metrics["defect_change_left"] / metrics["defect_change"]
    )
    assert "of defects left in reconstructions" in result.stdout
