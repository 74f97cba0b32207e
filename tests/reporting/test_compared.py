"""Figures of other methods beside a run's own: on the terminal, in its page and in its JSON."""

import json
from dataclasses import replace
from io import StringIO
from math import nan
from pathlib import Path

import pytest
from rich.console import Console

from synth_anomaly.errors import RunError
from synth_anomaly.evaluation import METRICS
from synth_anomaly.reporting.compared import Compared
from synth_anomaly.reporting.compared_table import compared_table, grouped_table
from synth_anomaly.reporting.metrics_file import add_to_metrics
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE
from synth_anomaly.reporting.results import Results, write_comparison, write_results


def row(value, cost=8.25, size=(416, 160)):
    return Compared(
        metrics=dict.fromkeys(METRICS, value), cpu_seconds=cost, input_size=size, run=Path("runs/far/bolt/1")
    )


def text_of(renderable):
    console = Console(width=80, record=True, file=StringIO())
    console.print(renderable)
    return console.export_text()


@pytest.fixture
def results(evaluation, provenance):
    return Results(
        provenance=provenance,
        evaluation=evaluation,
        recipe="recipe = 1",
        provider="",
        published={},
        seconds=1.0,
        notes=("a note",),
        facts={"cpu_seconds": 846.2, "input_size": (24, 24)},
    )


class TestColumns:
    def test_a_run_each_with_its_cost_and_size(self, provenance):
        runs = {"this run": row(0.5, 846.2), "deviation/distance": row(0.25), "deviation/memory": row(nan)}
        text = text_of(compared_table(runs, provenance))
        words = [line.split() for line in text.splitlines()]
        assert ["pixel", "AP", "0.500", "0.250", "n/a"] in words
        assert ["CPU-seconds", "846", "8.2", "8.2"] in words
        assert ["input", "size", *["160x416"] * 3] in words
        assert "deviation/distance: runs/far/bolt/1" in text

    def test_the_papers_figures_are_of_the_first_alone(self, provenance):
        changed = replace(provenance, changes={"size": 64})
        runs = {"this run": row(0.5), "deviation/distance": row(0.25)}
        text = text_of(compared_table(runs, changed, {"pixel_ap": 0.75}))
        assert ["pixel", "AP", "0.500", "0.750", "0.250"] in [line.split() for line in text.splitlines()]
        assert ["CPU-seconds", "8.2", "8.2"] in [line.split() for line in text.splitlines()]
        assert PUBLISHED_NOTE in " ".join(text.split())


def test_lines_in_groups_fit_80_characters():
    figures = dict.fromkeys(METRICS, 0.123)
    names = ("this run", "deviation/distance", "segmentation/with-textures")
    groups = {group: dict.fromkeys(names, figures) for group in ("bolt", "mean")}
    text = text_of(grouped_table(groups, {"bolt": {"this run": 846.2}}, title="a on b", notes=["seed 0"]))
    assert "\u2026" not in text
    lines = [line.split() for line in text.splitlines()]
    assert ["this", "run", *["0.123"] * 7, "846"] in lines
    assert ["deviation/distance", *["0.123"] * 7] in lines
    assert ["segmentation/", *["0.123"] * 7] in lines
    assert ["a", "on", "b"] in lines
    assert ["seed", "0"] in lines


class TestWriting:
    def test_the_rest_stays_as_it_was(self, results, tmp_path):
        write_results(tmp_path, results)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        write_comparison(tmp_path, results, {"far/quick": row(0.25), "far/slow": row(nan)})
        after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        changed = {name for name in after if before[name] != after[name]}
        assert changed == {"report.html", "metrics.json"}
        table = json.loads(after["metrics.json"])
        compared = table.pop("compared")
        assert table == json.loads(before["metrics.json"])
        assert compared["far/quick"]["metrics"] == dict.fromkeys(METRICS, 0.25)
        assert compared["far/slow"]["metrics"]["pixel_ap"] is None
        assert compared["far/quick"]["cpu_seconds"] == 8.25
        assert compared["far/quick"]["input_size"] == [416, 160]
        assert compared["far/quick"]["run"] == str(Path("runs/far/bolt/1").absolute())

    def test_the_page_shows_them_among_its_figures(self, results, tmp_path):
        write_results(tmp_path, results)
        assert "CPU-seconds" not in (tmp_path / "report.html").read_text()
        write_comparison(tmp_path, results, {"far/<quick>": row(0.25)})
        page = (tmp_path / "report.html").read_text()
        assert '<th class="num">far/&lt;quick&gt;</th>' in page
        assert page.count('<td class="num">0.250</td>') == len(METRICS)
        assert '<td class="num">846</td>' in page
        assert '<td class="num">160x416</td>' in page
        assert page.count("a note") == 1

    def test_without_test_images_there_is_no_page(self, results, tmp_path):
        bare = replace(results, evaluation=None)
        write_results(tmp_path, bare)
        write_comparison(tmp_path, bare, {"far/quick": row(nan)})
        assert not (tmp_path / "report.html").exists()
        assert "far/quick" in json.loads((tmp_path / "metrics.json").read_text())["compared"]

    def test_nothing_is_added_to_what_is_no_file_of_figures(self, tmp_path):
        with pytest.raises(RunError, match="no figures"):
            add_to_metrics(tmp_path / "metrics.json", compared={})
