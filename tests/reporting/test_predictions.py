import csv

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.errors import DataError
from synth_anomaly.reporting.maps import read_map
from synth_anomaly.reporting.predictions import PredictionWriter
from synth_anomaly.reporting.scale import Scale

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8)
MAP = np.random.default_rng(1).random((12, 20)).astype(np.float32)


def lines(folder):
    with (folder / "scores.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_prediction_is_a_map_an_overlay_and_a_line(tmp_path):
    folder = tmp_path / "predictions"
    with PredictionWriter(folder) as writer:
        path = writer.write("line-1/0001.png", IMAGE, MAP, 0.75)
    assert path == folder / "line-1" / "0001.npz"
    assert np.array_equal(read_map(path), MAP)
    with Image.open(folder / "line-1" / "0001_overlay.png") as overlay:
        assert overlay.size == (20, 12)
    (line,) = lines(folder)
    assert list(line) == ["file", "score", "map_max", "map"]
    assert line["file"] == "line-1/0001.png"
    assert line["map"] == "line-1/0001.npz"
    assert float(line["score"]) == 0.75
    assert float(line["map_max"]) == pytest.approx(float(MAP.max()))


def test_names_that_clash_get_files_of_their_own(tmp_path):
    names = ["a/1.png", "a/1.jpg", "a/1-2.png", "A/1.png", "1.png", "1.png", "/1.png", "../1.png"]
    with PredictionWriter(tmp_path) as writer:
        paths = [writer.write(name, IMAGE, MAP, 0.5) for name in names]
    assert len({str(path).casefold() for path in paths}) == len(names)
    assert all(path.is_file() and tmp_path in path.parents for path in paths)
    assert len(list(tmp_path.rglob("*_overlay.png"))) == len(names)
    assert [line["file"] for line in lines(tmp_path)] == names


def test_scores_appear_when_all_is_written(tmp_path):
    with PredictionWriter(tmp_path) as writer:
        writer.write("1.png", IMAGE, MAP, 0.5)
        assert not (tmp_path / "scores.csv").exists()
    assert (tmp_path / "scores.csv").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_failure_leaves_the_old_scores(tmp_path):
    (tmp_path / "scores.csv").write_text("old")

    def write_and_stop():
        with PredictionWriter(tmp_path) as writer:
            writer.write("1.png", IMAGE, MAP, 0.5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()
    assert (tmp_path / "scores.csv").read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_one_scale_makes_overlays_comparable(tmp_path):
    with PredictionWriter(tmp_path, scale=Scale(0, 1000)) as writer:
        path = writer.write("1.png", IMAGE, MAP * 0, 0.5)
    with Image.open(path.with_name("1_overlay.png")) as overlay:
        assert np.array_equal(np.asarray(overlay), IMAGE)


@pytest.mark.parametrize("values", [MAP[:-1], np.full_like(MAP, np.nan)])
def test_a_map_that_fits_no_image_is_an_error(tmp_path, values):
    with PredictionWriter(tmp_path) as writer, pytest.raises(DataError, match=r"1\.png"):
        writer.write("1.png", IMAGE, values, 0.5)


def test_writing_outside_the_context_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="with PredictionWriter"):
        PredictionWriter(tmp_path).write("1.png", IMAGE, MAP, 0.5)
