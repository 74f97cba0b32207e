"""What is said of a run whose user changed its preset."""

import json

import pytest

from synth_anomaly.catalogue import catalogue
from synth_anomaly.method import create_method
from synth_anomaly.reporting.provenance import preset_text
from synth_anomaly.runs import changed_settings
from synth_anomaly.runs.changes import differences


@pytest.mark.parametrize("preset", ["quick", "full"])
def test_a_preset_as_it_is_has_no_changes(preset):
    assert changed_settings(create_method("segmentation", preset=preset), "demo", "bottle") == {}


def test_changes_are_found_at_any_depth():
    settings = {"steps": 3, "synthesizer": {"shape": {"area": [0.1, 0.2]}}, "loss": "l2"}
    method = create_method("segmentation", preset="quick", settings=settings)
    changes = changed_settings(method, "demo", "bottle")
    assert changes["steps"] == 3
    assert changes["synthesizer.shape.area"] == [0.1, 0.2]
    assert changes["loss"]["name"] == "l2"
    assert len(changes) == 3


def test_what_a_category_asks_for_is_no_change(monkeypatch):
    kind = catalogue().registry("method").load("segmentation")
    monkeypatch.setattr(kind, "for_category", classmethod(lambda *_: {"steps": 5}))
    assert changed_settings(create_method("segmentation", settings={"steps": 5}), "demo", "bottle") == {}


def test_lists_of_components_are_compared_one_by_one():
    then = {"parts": [{"name": "a", "p": 1}, {"name": "b"}], "range": [0, 1]}
    now = {"parts": [{"name": "a", "p": 2}, {"name": "c"}], "range": [0, 2]}
    assert dict(differences(now, then)) == {"parts.0.p": 2, "parts.1": {"name": "c"}, "range": [0, 2]}
    assert dict(differences({"parts": []}, then)) == {"parts": [], "range": None}
    assert dict(differences(then, then)) == {}


def test_a_folder_of_textures_is_said_elsewhere():
    def changes(**of_texture):
        texture = {"name": "texture", "procedural": True, **of_texture}
        settings = {"synthesizer": {"name": "draem", "fill": texture}}
        return changed_settings(create_method("segmentation", settings=settings), "demo", "bottle")

    assert changes() == changes(folder="/photographs")
    assert changes()["synthesizer.fill"]["name"] == "texture"


def test_many_changes_are_shortened():
    text = preset_text("paper", {f"option{number}": number for number in range(6)})
    assert text == "preset paper, changed: option0=0, option1=1, option2=2, option3=3, 2 more"
    assert preset_text("paper", {}) == "preset paper"


@pytest.mark.usefixtures("few_demo_images")
def test_a_changed_run_says_so_everywhere(sat):
    said = sat("run", "segmentation", "--category=bottle", "--set=size=16", "--set=steps=1", "--threads=1")
    assert said.folder.is_dir(), said.error
    changed = "preset quick, changed: size=16, steps=1"
    assert changed in " ".join(said.stderr.split())
    assert changed in " ".join(said.stdout.split())
    assert changed in (said.folder / "report.html").read_text()
    assert json.loads((said.folder / "metrics.json").read_text())["changes"] == {"size": 16, "steps": 1}
