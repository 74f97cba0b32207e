import json
from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest

from synth_anomaly.data import Skipped
from synth_anomaly.errors import RunError
from synth_anomaly.reporting.metrics_file import read_metrics, write_metrics
from synth_anomaly.reporting.versions import versions

KEYS = [
    "metrics",
    "dataset",
    "category",
    "split",
    "method",
    "preset",
    "seed",
    "changes",
    "seconds",
    "versions",
]


def test_the_keys_are_the_stable_ones(tmp_path, provenance):
    path = tmp_path / "metrics.json"
    written = write_metrics(path, {"image_ap": 0.5}, provenance, seconds=1.5)
    assert json.loads(path.read_text()) == written
    assert list(written) == KEYS
    assert written["seed"] == 7


def test_undefined_figures_are_null_and_come_back_as_nan(tmp_path, provenance):
    path = tmp_path / "metrics.json"
    write_metrics(path, {"image_ap": 0.5, "pixel_ap": nan}, provenance, seconds=1, published={"a": nan})
    assert json.loads(path.read_text())["metrics"] == {"image_ap": 0.5, "pixel_ap": None}
    assert json.loads(path.read_text())["published"] == {"a": None}
    read = read_metrics(path)
    assert isnan(read["metrics"]["pixel_ap"])
    assert read["metrics"]["image_ap"] == 0.5


def test_extra_keys_may_hold_numpy_paths_and_value_classes(tmp_path, provenance):
    extra = {
        "iou_threshold": np.float32(0.5),
        "skipped": (Skipped("a", "broken"),),
        "counts": {"train": np.int64(3)},
        "folder": Path("runs/1"),
        "notes": ["rendered"],
    }
    written = write_metrics(tmp_path / "metrics.json", {}, provenance, seconds=np.float64(1), **extra)
    assert written["skipped"] == [{"name": "a", "reason": "broken"}]
    assert json.loads((tmp_path / "metrics.json").read_text()) == written


def test_an_extra_key_never_replaces_a_fixed_one(tmp_path, provenance):
    with pytest.raises(TypeError, match="dataset"):
        write_metrics(tmp_path / "metrics.json", {}, provenance, seconds=1, dataset="other")


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"metrics": 3}'])
def test_what_is_no_metrics_file_is_an_error(tmp_path, content):
    path = tmp_path / "metrics.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(RunError, match="sat run"):
        read_metrics(path)


def test_versions_name_what_computes():
    found = versions("no-such-plugin")
    assert list(found) == ["python", "torch", "numpy", "kornia", "synth-anomaly", "no-such-plugin"]
    assert found["numpy"] == np.__version__
    assert found["no-such-plugin"] == "not installed"
