import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_anomaly.evaluation import image_metrics
from synth_anomaly.files import printable
from synth_anomaly.reporting.maps import write_maps, write_scores_csv
from synth_anomaly.reporting.metrics_file import write_metrics
from synth_anomaly.reporting.predictions import PredictionWriter
from synth_anomaly.reporting.written import WrittenNames, number_cell, written_names

SCORES = st.floats(width=32, allow_nan=False, allow_infinity=False)
# bytes as names of files have them, which need be no UTF-8
NAMES = st.binary(min_size=1, max_size=6).map(lambda name: name.decode("utf-8", "surrogateescape"))


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(folder, evaluation, provenance):
    """Return the lines of scores.csv and the table of metrics.json, as another program reads them."""
    write_scores_csv(folder / "scores.csv", evaluation)
    threshold = evaluation.f1_threshold
    write_metrics(folder / "metrics.json", {}, provenance, seconds=1, image_f1_threshold=threshold)
    return lines(folder / "scores.csv"), json.loads((folder / "metrics.json").read_text())


@given(SCORES)
def test_a_number_comes_back_in_single_and_in_double_precision(score):
    computed = np.float32(score)
    text = number_cell(float(computed))
    assert np.float32(text) == computed
    assert float(text) == float(computed)
    assert float(text) == json.loads(json.dumps(float(computed)))


@pytest.mark.parametrize("seed", range(12))
def test_decisions_by_what_was_written_are_those_of_the_figures(tmp_path, evaluation, provenance, seed):
    random = np.random.default_rng(seed)
    computed = (0.5 + 10.0 ** -random.integers(1, 9) * random.normal(size=9)).astype(np.float32)
    labels = np.array([sample.is_defective for sample in evaluation.samples])
    figures = image_metrics(computed, labels)
    evaluation = replace(evaluation, scores=computed, f1_threshold=figures.f1_threshold)
    rows, table = written(tmp_path, evaluation, provenance)
    for kind in (float, np.float32):
        decided = np.array([kind(row["score"]) >= kind(table["image_f1_threshold"]) for row in rows])
        assert decided[labels].mean() == figures.tpr
        assert 1 - decided[~labels].mean() == figures.tnr


def test_predictions_are_written_exactly(tmp_path):
    values = np.random.default_rng(0).random((4, 4)).astype(np.float32)
    with PredictionWriter(tmp_path) as writer:
        writer.write("1.png", np.zeros((4, 4, 3), np.uint8), values, float(np.float32(0.1)), 0.75)
        writer.write("2.png", np.zeros((4, 4, 3), np.uint8), values, float(np.float32(0.1)))
    first, second = lines(tmp_path / "scores.csv")
    assert float(first["score"]) == float(np.float32(0.1))
    assert float(first["map_max"]) == 0.75
    assert float(second["map_max"]) == float(values.max())


@given(st.lists(NAMES, unique=True, max_size=8))
def test_written_names_are_utf8_and_tell_images_apart(names):
    written = written_names(names)
    assert len(set(written)) == len(names)
    for name, text in zip(names, written, strict=True):
        assert text.encode().decode() == text
        if printable(name) == name and names.count(text) == 1 and all(printable(o) == o for o in names):
            assert text == name


def test_a_name_is_written_alike_each_time():
    names = WrittenNames()
    assert [names.of(name) for name in ("a\udcfc.png", "a%FC.png", "a\udcfc.png")] == [
        "a%FC.png",
        "a%FC-2.png",
        "a%FC.png",
    ]


@pytest.mark.parametrize("name", ["Pr\udcfcf", "good/\udcff\udcfe", "\ud800", "n" * 240, "ü" * 250])
def test_any_name_becomes_files(tmp_path, evaluation, name):
    samples = (replace(evaluation.samples[0], name=name), *evaluation.samples[1:])
    evaluation = replace(evaluation, samples=samples)
    write_scores_csv(tmp_path / "scores.csv", evaluation)
    assert lines(tmp_path / "scores.csv")[0]["name"] == printable(name)
    paths = write_maps(tmp_path, evaluation)
    assert all(path.is_file() for path in paths)
    with PredictionWriter(tmp_path / "new") as writer:
        writer.write(f"{name}.png", np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32), 0.5)
    (line,) = lines(tmp_path / "new" / "scores.csv")
    assert line["file"] == printable(f"{name}.png")
    assert (tmp_path / "new" / line["map"]).is_file()


def test_maps_of_names_that_are_written_alike_are_files_of_their_own(tmp_path, evaluation):
    first, second, *rest = evaluation.samples
    alike = (replace(first, name="a\udcfc"), replace(second, name="a%FC"), *rest)
    paths = write_maps(tmp_path, replace(evaluation, samples=alike))
    assert len(set(paths)) == len(paths)
