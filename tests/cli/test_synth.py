"""`sat synth`: defects to look at."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from synth_anomaly.cli.gallery import Gallery
from synth_anomaly.cli.synth_images import Pictures

SMALL = ("--size=32", "--count=3")

BROKEN = """
class Broken:
    def __call__(self, images, generator, *, guide=None, donors=None):
        return 1 / 0
"""


def pictures(folder):
    return sorted(path.name for path in (folder / "images").iterdir())


def test_it_needs_no_argument(sat):
    said = sat("synth", *SMALL)
    assert said.folder == Path("synth/hard-augmentation-1")
    assert pictures(said.folder) == ["000.png", "001.png", "002.png"]
    assert sorted(path.name for path in said.folder.iterdir()) == [
        "contact-sheet.png",
        "images",
        "masks",
        "parameters",
        "synthesis.json",
    ]
    facts = json.loads((said.folder / "synthesis.json").read_text())
    assert (facts["images"], facts["is_demo"], facts["seed"]) == ("demo / bottle", True, 0)
    assert "demo" in said.stderr
    assert sat("synth", *SMALL).folder == Path("synth/hard-augmentation-2")


def test_the_same_seed_makes_the_same(sat):
    folders = [
        sat("synth", "cutpaste", "carpet", f"--seed={seed}", *SMALL, f"--out={name}").folder
        for name, seed in (("one", 4), ("two", 4), ("three", 5))
    ]
    one, two, three = ((folder / "images/001.png").read_bytes() for folder in folders)
    assert one == two != three


def test_images_masks_and_parameters_belong_together(sat, parts):
    folder = sat("synth", "cutpaste", "bolt", f"--data={parts}", *SMALL).folder
    for number in range(3):
        mask = np.asarray(Image.open(folder / f"masks/{number:03d}.png"))
        facts = json.loads((folder / f"parameters/{number:03d}.json").read_text())
        top, left, height, width = facts["parameters"]["shape"]["box"]
        assert mask[top : top + height, left : left + width].all()
        assert mask.astype(bool).sum() == height * width
        assert facts["image"] == f"good/{number:03d}"


def test_set_reaches_inside(sat):
    folder = sat("synth", "cutpaste", "--set=shape.area=[0.5,0.6]", "--set=visible=0.0", *SMALL).folder
    facts = json.loads((folder / "synthesis.json").read_text())
    assert facts["synthesizer"]["shape"]["area"] == [0.5, 0.6]
    assert facts["statistics"]["area_low"] > 0.4


def test_more_samples_than_images(sat, parts):
    folder = sat("synth", "cutpaste", parts / "nut", "--size=32", "--count=6").folder
    names = [json.loads(path.read_text())["image"] for path in sorted((folder / "parameters").iterdir())]
    assert names == [f"good/{number % 4:03d}" for number in range(6)]


@pytest.mark.parametrize("what", ["nut/train/good", "nut", "nut/train/good/002.png"])
def test_folders_and_a_lone_image(sat, parts, what):
    assert len(pictures(sat("synth", "cutpaste", parts / what, *SMALL).folder)) == 3


def test_the_images_alone(sat, parts):
    folder = sat("synth", parts / "nut", *SMALL).folder
    assert folder.name == "hard-augmentation-1"
    facts = json.loads((folder / "synthesis.json").read_text())
    assert facts["images"] == "mvtec_ad / nut"
    assert facts["is_demo"] is False


def test_a_synthesizer_that_needs_donors(sat, parts):
    recipe = ("synth", "paste", "--set=shape=rectangle", "--set=fill=donor", *SMALL)
    assert len(pictures(sat(*recipe, parts / "nut").folder)) == 3
    assert sat(*recipe, parts / "nut/train/good/000.png").refuses("donors")
    assert not Path("synth/paste-2").exists()


TEXTURED = ("synth", "paste", "--set=shape=rectangle", "--set=fill=texture", *SMALL)


def test_textures_are_those_of_the_folder_and_made_up_ones_are_named(sat, parts):
    folder = sat(*TEXTURED, f"--textures={parts / 'nut'}").folder
    facts = json.loads((folder / "synthesis.json").read_text())
    assert facts["synthesizer"]["fill"]["folder"] == str(parts / "nut")
    assert facts["notes"] == []
    said = sat(*TEXTURED)
    assert "--textures" in said.stderr
    (note,) = json.loads((said.folder / "synthesis.json").read_text())["notes"]
    assert "made by rule" in note


def test_textures_asked_for_in_vain(sat, tmp_path):
    assert sat("synth", "cutpaste", f"--textures={tmp_path / 'nowhere'}", *SMALL).refuses("nowhere")
    (tmp_path / "empty").mkdir()
    assert sat("synth", "--html", f"--textures={tmp_path / 'empty'}").refuses("empty", "--textures")
    assert sat(*TEXTURED, "--set=fill.procedural=false").refuses("DTD")
    (tmp_path / "empty/texture.png").write_bytes(b"")
    assert sat("synth", "cutpaste", f"--textures={tmp_path / 'empty'}", *SMALL).refuses("--textures")
    assert not Path("synth").exists()


def test_the_page_shows_everything_that_is_registered(sat, monkeypatch):
    monkeypatch.setattr("synth_anomaly.cli.gallery.SAMPLES", 20)
    said = sat("synth", "--html", "--size=32")
    assert [path.name for path in said.folder.iterdir()] == ["synthesizers.html"]
    text = (said.folder / "synthesizers.html").read_text()
    listed = json.loads(sat("list", "synthesizer", "--json").stdout)["components"]
    assert all(component["use"] in text for component in listed)
    assert "needs option &#39;shape&#39;" in text
    assert "paste: not shown" in said.stdout


def test_the_page_and_a_synthesizer_of_ones_own(sat, monkeypatch):
    monkeypatch.setattr("synth_anomaly.cli.gallery.SAMPLES", 4)
    folder = sat("synth", "cutpaste", "--set=shape.area=[0.5,0.6]", "--html", *SMALL).folder
    assert len(pictures(folder)) == 3
    text = (folder / "synthesizers.html").read_text()
    assert "cutpaste, as set" in text
    assert "area = [0.5, 0.6]" in text


def test_quiet_is_the_results_alone(sat):
    said = sat("synth", "cutpaste", "-q", "--dataset=demo", *SMALL)
    assert said.stderr == ""
    assert "cutpaste" in said.stdout


def test_what_is_there_stays(sat):
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("kept")
    assert sat("synth", *SMALL, "--out=mine").refuses("mine", "--out")
    assert [path.name for path in Path("mine").iterdir()] == ["notes.txt"]


def test_failing_leaves_nothing(sat, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("synth_anomaly.reporting.synthesis.folder.write_picture", fail)
    assert sat("synth", *SMALL).refuses("disk full", "--out")
    assert not any(Path("synth").iterdir())


def test_mistakes(sat, parts, cut):
    assert sat("synth", "cutpast", *SMALL).refuses("cutpast", "cutpaste")
    assert sat("synth", "cutpaste", "botle", *SMALL).refuses("botle", "bottle")
    assert sat("synth", "cutpaste", "nowhere/at/all", *SMALL).refuses("nowhere/at/all", "folder")
    assert sat("synth", "cutpaste", "bold", f"--data={parts}", *SMALL).refuses("bold", "bolt")
    assert sat("synth", "cutpaste", "--data=nowhere", *SMALL).refuses("nowhere", "--data")
    assert sat("synth", "cutpaste", "--set=shape.arae=[0.1,0.2]", *SMALL).refuses("arae", "area")
    assert sat("synth", "cutpaste", "--set=shape", *SMALL).refuses("--set")
    assert sat("synth", "paste", *SMALL).refuses("shape")
    cut(parts / "nut/train/good/001.png")
    assert sat("synth", "cutpaste", parts / "nut", *SMALL).refuses("001.png", "--skip-bad")
    assert len(pictures(sat("synth", "cutpaste", parts / "nut", *SMALL, "--skip-bad").folder)) == 3
    assert sat("synth", "all").refuses("--html")
    assert sat("synth", "all", "--html", "--set=p=1").refuses("--set")
    assert sat("synth", "cutpaste", "--category=all").refuses("one category")


def test_a_broken_synthesizer_is_shown_with_its_reason(tmp_path, monkeypatch):
    (tmp_path / "broken_of_tests.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    exhibit = Gallery(Pictures(torch.rand(2, 3, 8, 8), ("a", "b"), None)).exhibit("broken_of_tests:Broken")
    assert exhibit.statistics is None
    assert exhibit.reason == "ZeroDivisionError: division by zero"
    sys.modules.pop("broken_of_tests", None)
