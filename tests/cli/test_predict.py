"""`sat predict`: maps, overlays and scores of new images."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data import read_image
from synth_anomaly.method import Method, load_method
from synth_anomaly.reporting.maps import read_map
from synth_anomaly.reporting.predictions import PredictionWriter


@pytest.fixture
def run(one_run, tmp_path):
    return Path(shutil.copytree(one_run, tmp_path / "run"))


def rows(folder):
    with (folder / "scores.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_maps_overlays_and_scores_at_each_images_own_size(sat, run, parts):
    Image.new("L", (30, 20), 99).save(parts / "bolt/test/good/small.jpg")
    said = sat("predict", run, parts / "bolt/test", "--out=found", "--device=cpu")
    assert said.folder == Path("found")
    named = {row["file"]: row for row in rows(said.folder)}
    assert list(named) == [
        *("good/000.png", "good/001.png", "good/small.jpg"),
        *("scratch/000.png", "scratch/001.png"),
    ]
    for name, shape in (("good/000.png", (40, 48)), ("good/small.jpg", (20, 30))):
        path = said.folder / named[name]["map"]
        assert read_map(path).shape == shape
        assert float(named[name]["map_max"]) == pytest.approx(float(read_map(path).max()), rel=1e-6)
        with Image.open(path.with_name(path.stem + "_overlay.png")) as overlay:
            assert overlay.size == shape[::-1]


@pytest.mark.parametrize(("batch_size", "tolerance"), [(None, 0), (1, 1e-5), (3, 1e-5)])
def test_the_maps_and_scores_are_the_evaluations(sat, run, one_run, tolerance, batch_size):
    images = one_run.parents[3] / "parts/bolt/test"
    size = [] if batch_size is None else ["--batch-size", batch_size]
    said = sat("predict", run, images, "--map-size=input", "--device=cpu", *size)
    with (run / "scores.csv").open(newline="") as file:
        scores = {row["name"]: float(row["score"]) for row in csv.DictReader(file)}
    for row in rows(said.folder):
        found, known = read_map(said.folder / row["map"]), read_map(run / "maps" / row["map"])
        np.testing.assert_allclose(found, known, rtol=0, atol=tolerance)
        name = row["file"].removesuffix(".png")
        assert float(row["score"]) == pytest.approx(scores[name], abs=tolerance, rel=0)
    assert len(scores) == len(rows(said.folder))


def test_from_python_the_same(sat, run, parts):
    said = sat("predict", run, parts / "bolt/test/scratch/000.png", "--map-size=input", "--device=cpu")
    method = load_method(run)
    pixels = read_image(parts / "bolt/test/scratch/000.png")
    for images in (pixels, parts / "bolt/test/scratch/000.png"):
        prediction = method.predict(images)
        np.testing.assert_array_equal(prediction.maps[0, 0].numpy(), read_map(said.folder / "000.npz"))


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"metrics": {}, "map_range": [1]}', '{"metrics": {}, "map_range": ["a", "b"]}']
    + [f'{{"metrics": {{}}, "map_range": {wrong}}}' for wrong in ("3", "[1, 0]", "[NaN, 1]", "[[0], 1]")],
)
def test_damaged_figures_of_the_run_stop_no_prediction(sat, run, parts, content):
    (run / "metrics.json").write_text(content)
    said = sat("predict", run, parts / "bolt/test/good/000.png", "--device=cpu")
    assert len(rows(said.folder)) == 1
    assert "metrics.json cannot be read, so overlays have a scale of their own" in said.stderr


def test_files_of_one_name_in_two_folders(sat, run, parts):
    files = [parts / category / "test/good/000.png" for category in ("bolt", "nut")]
    said = sat("predict", run, *files)
    assert [row["file"] for row in rows(said.folder)] == ["bolt/test/good/000.png", "nut/test/good/000.png"]
    assert len({row["map"] for row in rows(said.folder)}) == 2
    assert all((said.folder / row["map"]).is_file() for row in rows(said.folder))
    folders = sat("predict", run, parts / "bolt/test/good", parts / "nut/test/good", files[0])
    assert len({row["map"] for row in rows(folders.folder)}) == 5


def test_images_stream_through(sat, run, parts, monkeypatch):
    """However many images there are, few maps wait to be written."""
    for number in range(40):
        shutil.copy(parts / "bolt/test/good/000.png", parts / f"nut/test/good/{number + 100}.png")
    predicted, written, most = [], [], []
    predict, write = Method.predict, PredictionWriter.write

    def counting_predict(self, images, **options):
        prediction = predict(self, images, **options)
        predicted.append(len(prediction.scores))
        most.append(sum(predicted) - len(written))
        return prediction

    def counting_write(self, *arguments):
        written.append(1)
        return write(self, *arguments)

    monkeypatch.setattr(Method, "predict", counting_predict)
    monkeypatch.setattr(PredictionWriter, "write", counting_write)
    assert sat("predict", run, parts / "nut/test/good", "--batch-size=4").code == 0
    assert len(written) == 42
    assert max(most) == 4


class TestTruncatedImages:
    def test_stop_by_default_and_leave_nothing(self, sat, run, parts, cut):
        cut(parts / "bolt/test/scratch/001.png")
        arguments = ["predict", run, parts / "bolt/test", "--batch-size=1"]
        assert sat(*arguments, "--out=found").refuses("test/scratch/001.png", "--skip-bad")
        assert not Path("found").exists()
        Path("found").mkdir()
        assert sat(*arguments, "--out=found").code == 2
        assert not list(Path("found").iterdir())

    def test_are_left_out_when_asked(self, sat, run, parts, cut):
        cut(parts / "bolt/test/scratch/001.png")
        said = sat("predict", run, parts / "bolt/test", "--skip-bad")
        assert [row["file"] for row in rows(said.folder)] == [
            "good/000.png",
            "good/001.png",
            "scratch/000.png",
        ]
        assert "test/scratch/001.png" in said.stderr


def test_what_lies_in_a_folder_is_not_touched(sat, run, parts):
    (parts / "bolt/notes.txt").write_text("mine")
    before = sorted(parts.rglob("*"))
    assert sat("predict", run, parts / "bolt", "--out", parts / "bolt").refuses("--out")
    assert sorted(parts.rglob("*")) == before
    folders = [sat("predict", run, parts / "bolt").folder for _ in range(2)]
    assert folders == [run / "predictions-1", run / "predictions-2"]


def test_quiet_prints_the_folder_alone(sat, run, parts):
    said = sat("predict", run, parts / "bolt/test", "-q")
    assert said.stdout == f"{run / 'predictions-1'}\n"
    assert said.stderr == ""


@pytest.mark.parametrize(("images", "text"), [("nowhere", "nowhere"), ("empty", "images in empty")])
def test_mistakes(sat, run, images, text):
    Path("empty").mkdir()
    assert sat("predict", run, images, "--out=found").refuses(text)
    assert sat("predict", "nowhere", images, "--out=found").refuses("nowhere")
    assert not Path("found").exists()
