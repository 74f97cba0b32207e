import csv
from pathlib import Path

import numpy as np
import pytest

from synth_anomaly.errors import RunError
from synth_anomaly.reporting.maps import COLUMNS, read_map, write_maps, write_scores_csv
from synth_anomaly.reporting.paths import path_below


def test_maps_come_back_as_they_were(tmp_path, evaluation):
    paths = write_maps(tmp_path, evaluation)
    assert paths[-1] == tmp_path / "maps" / "scratch" / "005.npz"
    for path, values in zip(paths, evaluation.maps, strict=True):
        read = read_map(path)
        assert read.dtype == np.float32
        assert np.array_equal(read, values)


def test_maps_need_no_pickle(tmp_path, evaluation):
    with np.load(write_maps(tmp_path, evaluation)[0], allow_pickle=False) as content:
        assert list(content) == ["map"]


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_what_is_no_map_is_an_error(tmp_path, content):
    path = tmp_path / "map.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match=r"map\.npz"):
        read_map(path)


def test_scores_have_a_line_an_image(tmp_path, evaluation):
    write_scores_csv(tmp_path / "scores.csv", evaluation)
    with (tmp_path / "scores.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == COLUMNS
    assert [line["name"] for line in lines] == [sample.name for sample in evaluation.samples]
    assert np.allclose([float(line["score"]) for line in lines], evaluation.scores, rtol=1e-7)
    assert lines[0]["iou"] == "", "a good image has no defect to overlap"
    assert float(lines[3]["iou"]) == 1.0


@pytest.mark.parametrize("name", ["../../etc/x", "/etc/x", "..\\x", "C:\\x", "", "a/../../x", "x.y.z"])
def test_no_name_leaves_the_folder(tmp_path, name):
    path = path_below(tmp_path, name, ".npz")
    assert tmp_path in path.parents
    assert ".." not in path.parts
    assert path.suffix == ".npz"


def test_dots_in_a_name_stay():
    assert path_below(Path("maps"), "a/v1.2", ".npz") == Path("maps/a/v1.2.npz")
