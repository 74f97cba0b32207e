"""Names that are no UTF-8 break nothing, and a number is one number wherever it is written."""

import csv
import json
import sys

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.maps import read_map
from synth_anomaly.testing import last_path, sat, write_data_set

TINY = ["--set=size=32", "--set=steps=1", "--set=batch_size=2", "--set=backbone.width=4", "--device=cpu"]
NAME, WRITTEN = "Pr\udcfcf", "Pr%FCf"

bytes_as_names = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="this system's names are no bytes"
)


def rows(folder):
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def odd(tmp_path):
    """A product whose folder, files and kind of defect have names that are no UTF-8."""
    root = write_data_set(tmp_path / "parts", "bolt") / "bolt"
    for old, new in (
        ("train/good/0.png", f"train/good/{NAME}.png"),
        ("test/good/0.png", f"test/good/{NAME}.png"),
        ("test/hole/0.png", f"test/hole/{NAME}.png"),
        ("ground_truth/hole/0_mask.png", f"ground_truth/hole/{NAME}_mask.png"),
        ("test/hole", f"test/{NAME}"),
        ("ground_truth/hole", f"ground_truth/{NAME}"),
        (".", f"../{NAME}"),
    ):
        (root / old).rename(root / new)
    return root.parent / NAME


@bytes_as_names
def test_a_product_of_such_names_is_run_evaluated_and_predicted(odd, tmp_path):
    run = last_path(sat("run", "segmentation", "--data", odd, *TINY, "--out", tmp_path / "runs"))
    found = {row["name"]: row["defect"] for row in rows(run)}
    assert found == {f"good/{WRITTEN}": "good", f"{WRITTEN}/{WRITTEN}": WRITTEN}
    for row in rows(run):
        assert (run / "maps" / f"{row['name']}.npz").is_file()
    table = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert table["category"] == WRITTEN
    assert table["metrics"]["pixel_auroc"] is not None
    assert WRITTEN in (run / "report.html").read_text(encoding="utf-8")
    recorded = Recipe.read(run).data
    assert (recorded.root, recorded.category) == (str(odd.parent), NAME)
    again = last_path(sat("evaluate", run, "--out", tmp_path / "again"))
    assert rows(again) == rows(run)
    new = last_path(sat("predict", run, odd / "test", "--out", tmp_path / "new"))
    assert {row["file"] for row in rows(new)} == {f"{name}.png" for name in found}
    assert all((new / row["map"]).is_file() for row in rows(new))


@bytes_as_names
def test_synthetic_images_of_such_names(odd, tmp_path):
    made = last_path(
        sat("synth", "cutpaste", odd / "train" / "good", "--count=6", "--out", tmp_path / "made")
    )
    names = [json.loads(path.read_text())["image"] for path in (made / "parameters").iterdir()]
    assert any(WRITTEN in name for name in names)


def test_scores_and_peaks_are_one_number_wherever_they_are_written(tmp_path):
    data = write_data_set(tmp_path / "parts", "bolt") / "bolt"
    run = last_path(sat("run", "segmentation", "--data", data, *TINY, "--out", tmp_path / "runs"))
    expected = {f"{row['name']}.png": (row["score"], row["map_max"]) for row in rows(run)}
    native = last_path(sat("evaluate", run, "--score-size=native", "--out", tmp_path / "other"))
    assert {f"{row['name']}.png": (row["score"], row["map_max"]) for row in rows(native)} == expected
    for size in ("native", "input"):
        made = last_path(sat("predict", run, data / "test", "--map-size", size, "--out", tmp_path / size))
        assert {row["file"]: (row["score"], row["map_max"]) for row in rows(made)} == expected
    for row in rows(made):
        assert float(row["map_max"]) == float(read_map(made / row["map"]).max())


def test_a_peak_is_in_the_map_of_a_smaller_image(tmp_path):
    data = write_data_set(tmp_path / "parts", "bolt") / "bolt"
    run = last_path(sat("run", "segmentation", "--data", data, *TINY, "--out", tmp_path / "runs"))
    small = np.random.default_rng(0).integers(0, 256, (9, 13, 3), np.uint8)
    Image.fromarray(small).save(tmp_path / "small.png")
    made = last_path(sat("predict", run, tmp_path / "small.png", "--out", tmp_path / "new"))
    (row,) = rows(made)
    values = read_map(made / row["map"])
    assert values.shape == (9, 13)
    assert float(values.max()) == float(row["map_max"])
