"""`sat evaluate`: a run's figures again, and on other images."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from synth_anomaly.catalogue import catalogue
from synth_anomaly.method import load_method
from synth_anomaly.reporting.maps import read_map
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE


@pytest.fixture
def run(one_run, tmp_path):
    return Path(shutil.copytree(one_run, tmp_path / "run"))


def figures(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_the_figures_are_those_of_the_run(sat, run):
    said = sat("evaluate", run, "--device=cpu")
    assert said.folder == run / "evaluation-1"
    assert said.metrics["metrics"] == figures(run)["metrics"]
    assert said.metrics["precision"] == "fp32"
    assert said.metrics["run"] == str(run)
    for path in sorted((run / "maps").rglob("*.npz")):
        np.testing.assert_array_equal(
            read_map(path), read_map(said.folder / "maps" / path.relative_to(run / "maps"))
        )
    assert (said.folder / "contact-sheet.png").is_file()
    assert "pixel AUROC" in said.stdout
    assert sat("evaluate", run / "recipe.toml", "-q").folder == run / "evaluation-2"


def test_at_each_images_own_size(sat, run):
    said = sat("evaluate", run, "--score-size=native")
    assert said.metrics["score_size"] == "native"
    assert "scored at native size" in said.stdout
    assert read_map(said.folder / "maps/good/000.npz").shape == (40, 48)
    assert figures(run)["score_size"] == "input"


def test_on_other_images(sat, run, parts):
    by_name = sat("evaluate", run, "--category=nut")
    assert by_name.metrics["category"] == "nut"
    assert by_name.metrics["changes"] == json.loads((run / "metrics.json").read_text())["changes"]
    assert "mvtec_ad / nut" in (by_name.folder / "report.html").read_text()
    by_path = sat("evaluate", run, "--data", parts / "nut")
    assert by_path.metrics["metrics"] == by_name.metrics["metrics"]
    assert sat("evaluate", run, "--data", parts).metrics["category"] == "bolt"


def test_settings_that_may_differ_after_training_can_be_changed(sat, run):
    said = sat("evaluate", run, "--set", "scorer=sum")
    before, after = figures(run)["metrics"], said.metrics["metrics"]
    assert after["pixel_auroc"] == before["pixel_auroc"]
    assert after["image_auroc_map_max"] == before["image_auroc_map_max"]
    assert (said.folder / "scores.csv").read_text() != (run / "scores.csv").read_text()
    changes = said.metrics["changes"]
    assert changes.pop("scorer")["name"] == "sum"
    assert changes == json.loads((run / "metrics.json").read_text())["changes"]
    assert sat("evaluate", run, "--set", "scorre=sum").refuses("did you mean 'scorer'")
    assert sat("evaluate", run, "--set=size=48", "--set=batch_size=3").metrics["changes"]["size"] == 48
    assert sat("evaluate", run, "--set=batch_size=1").metrics["changes"]["batch_size"] == 1


@pytest.mark.parametrize("setting", ["steps=9", "synthesizer=draem", "backbone.width=5", "learning_rate=1.0"])
def test_what_a_trained_run_has_no_use_for_is_refused_before_its_images_are_looked_for(sat, run, setting):
    said = sat("evaluate", run, "--data=nowhere", "--set=scorer=sum", "--set", setting)
    name = setting.partition("=")[0].partition(".")[0]
    assert said.refuses("(size, batch_size, scorer)", f"got {name}:", f"sat run {run} --set {name}=")
    assert not list(run.glob("evaluation-*"))


@pytest.fixture
def published(monkeypatch):
    """The paper's figures of bolts and nuts, were there a paper."""
    kind = catalogue().registry("method").load("segmentation")
    monkeypatch.setattr(kind, "published", classmethod(lambda *_: {"image_auroc": 0.123}))
    monkeypatch.setattr("synth_anomaly.data.originals.TRAINING_IMAGES", {"bolt": 4, "nut": 4})
    return {"image_auroc": 0.123}


def test_published_figures_stand_beside_changed_settings_as_in_a_run(sat, parts, run, published):
    trained = sat.run("--data", parts, "--category=bolt", "--set=steps=1")
    again = sat("evaluate", run, "--set=scorer=sum")
    for said in (trained, again):
        assert said.metrics["published"] == published
        assert "0.123" in said.stdout
        text = " ".join(said.stdout.split())
        assert PUBLISHED_NOTE in text
        assert "changed: " in text
        assert "here some were changed" in (said.folder / "report.html").read_text()


def test_published_figures_are_of_the_category_that_was_trained_on(sat, run, published):
    assert sat("evaluate", run).metrics["published"] == published
    other = sat("evaluate", run, "--category=nut")
    assert other.metrics["published"] == {}
    assert "0.123" not in other.stdout


def test_published_figures_do_not_stand_where_nobody_knows_what_was_trained_on(sat, run, parts, published):
    load_method(run).save("saved")
    assert 'category = ""' in Path("saved/recipe.toml").read_text()
    said = sat("evaluate", "saved", "--data", parts, "--category=bolt")
    assert said.metrics["metrics"] == figures(run)["metrics"]
    assert said.metrics["published"] == {}
    assert "0.123" not in said.stdout


def test_what_records_no_images_asks_for_some(sat, run, parts, monkeypatch):
    load_method(run).save("saved")
    assert sat("evaluate", "saved").refuses("saved was trained in Python", "--data")
    assert sat("evaluate", "saved", f"--data={parts}", "--category=bolt").folder.is_dir()
    monkeypatch.setenv("SAT_DATA", str(parts))
    assert sat("evaluate", "saved").refuses("expected a category", "bolt")


def test_bad_images(sat, run, parts, cut):
    cut(parts / "bolt/test/good/001.png")
    assert sat("evaluate", run, "--data", parts).refuses("test/good/001.png", "--skip-bad")
    assert not list(run.glob("evaluation-*"))
    said = sat("evaluate", run, "--data", parts, "--skip-bad")
    assert [skip["name"] for skip in said.metrics["skipped"]] == ["good/001"]
    assert "test/good/001.png" in said.stderr


def test_what_lies_in_a_folder_is_not_overwritten(sat, run):
    before = figures(run)
    assert sat("evaluate", run, "--out", run).refuses(str(run), "--out")
    assert figures(run) == before
    Path("empty").mkdir()
    assert sat("evaluate", run, "--out=empty").folder == Path("empty")


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["--category=all"], ["'all'", "--category"]),
        (["--category=screw"], ["'screw'", "bolt, nut"]),
        (["--data=nowhere"], ["nowhere"]),
        (["--device=cuda:99"], ["cuda:99"]),
    ],
)
def test_mistakes_are_one_line_and_leave_no_folder(sat, run, arguments, texts):
    assert sat("evaluate", run, *arguments).refuses(*texts)
    assert not list(run.glob("evaluation-*"))


def test_good_images_alone_have_no_figures(sat, run, parts):
    flat = parts / "bolt/train/good"
    assert sat("evaluate", run, "--data", flat).refuses("no test images", "sat predict")


def test_a_run_that_is_not_there_or_not_finished(sat, run):
    assert sat("evaluate", "nowhere").refuses("nowhere")
    (run / "weights.safetensors").unlink()
    assert sat("evaluate", run).refuses("weights.safetensors", "sat run --resume")
