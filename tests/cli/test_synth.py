"""`sat synth`: defects to look at."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from synth_anomaly.cli.gallery import Gallery
from synth_anomaly.cli.synth_images import Pictures
from synth_anomaly.runs.textures import PROCEDURAL_NOTE

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
    assert PROCEDURAL_NOTE in text
    assert " ".join(said.stderr.split()).count(PROCEDURAL_NOTE) == 1
    listed = json.loads(sat("list", "synthesizer", "--json").stdout)["components"]
    assert all(component["use"] in text for component in listed)
    assert "made of other pieces" in text
    assert "paste: not shown: made of other pieces, which you choose: shape" in said.stdout


def test_the_page_and_a_synthesizer_of_ones_own(sat, parts, monkeypatch):
    monkeypatch.setattr("synth_anomaly.cli.gallery.SAMPLES", 4)
    # the textures are for others of the page
    asked = ("synth", "cutpaste", "--set=shape.area=[0.5,0.6]", f"--textures={parts / 'nut'}", "--html")
    folder = sat(*asked, *SMALL).folder
    assert len(pictures(folder)) == 3
    text = (folder / "synthesizers.html").read_text()
    assert "cutpaste, as set" in text
    assert "area = [0.5, 0.6]" in text
    assert PROCEDURAL_NOTE not in text


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
    assert exhibit.published is None
    assert "the synthesizer 'Broken' failed: ZeroDivisionError: division by zero" in exhibit.reason
    sys.modules.pop("broken_of_tests", None)


@pytest.mark.parametrize(("side", "guided"), [(256, False), (256, True), (64, False)])
def test_published_figures_compare_with_their_size_and_no_guide_alone(monkeypatch, side, guided):
    monkeypatch.setattr("synth_anomaly.cli.gallery.SAMPLES", 4)
    guides = torch.ones(2, 1, side, side) if guided else None
    gallery = Gallery(Pictures(torch.rand(2, 3, side, side), ("a", "b"), None, guides))
    assert (gallery.exhibit("draem").published is not None) == (side == 256 and not guided)


def test_the_page_says_where_content_comes_from(sat, parts, monkeypatch):
    monkeypatch.setattr("synth_anomaly.cli.gallery.SAMPLES", 4)
    text = (sat("synth", "--html", "--size=32", parts / "nut").folder / "synthesizers.html").read_text()
    assert "4 images, content is taken from one another" in text
    assert Pictures(torch.rand(1, 3, 8, 8), ("a",), None).donors_text == "no other to take content from"
    one = Pictures(torch.rand(1, 3, 8, 8), ("a",), torch.rand(1, 3, 8, 8))
    assert one.donors_text == "1 other to take content from"


GUIDED = ("synth", "cutpaste", "--size=64", "--count=6", "--category=bottle")


def guide_and_mask(folder, number):
    names = (f"{part}/{number:03d}.png" for part in ("guides", "masks"))
    return [np.asarray(Image.open(folder / name)) for name in names]


@pytest.mark.parametrize("name", ["border-colour", "spectral-residual"])
def test_a_guide_restricts_defects_and_is_shown(sat, name):
    said = sat(*GUIDED, f"--guide={name}")
    for number in range(6):
        guide, mask = guide_and_mask(said.folder, number)
        assert not mask[guide < 128].any()
        facts = json.loads((said.folder / f"parameters/{number:03d}.json").read_text())
        assert facts["guide_share"] == (guide >= 128).mean() < 1
    facts = json.loads((said.folder / "synthesis.json").read_text())
    assert facts["guide"]["name"] == name
    assert f"guide {name}" in said.stderr
    assert "guides" not in [path.name for path in sat(*GUIDED).folder.iterdir()]


def test_a_guide_restricts_every_synthesizer_of_the_page(sat, monkeypatch):
    monkeypatch.setattr("synth_anomaly.cli.gallery.SAMPLES", 4)
    said = sat("synth", "--html", "--size=32", "--guide=constant", "--set=guide.value=0.1")
    text = (said.folder / "synthesizers.html").read_text()
    assert "<code>constant, value = 0.1</code>" in text
    assert "below 0.5 everywhere on 16 of 16 images" in said.stderr
    assert text.count("normal sample: the mask is empty") >= 4 * 14


def test_options_of_a_guide(sat):
    folder = sat(*GUIDED, "--guide=border-colour", "--set=guide.clusters=2", "--set=visible=0.1").folder
    facts = json.loads((folder / "synthesis.json").read_text())
    assert (facts["guide"]["clusters"], facts["synthesizer"]["visible"]) == (2, 0.1)
    again = sat(*GUIDED, "--set=guide=constant").folder
    assert json.loads((again / "synthesis.json").read_text())["guide"]["name"] == "constant"
    assert "guide" not in json.loads((sat(*GUIDED, "--guide=none").folder / "synthesis.json").read_text())


def test_a_guide_is_a_folder_of_maps(sat, parts, tmp_path):
    (tmp_path / "maps").mkdir()
    half = np.zeros((40, 48), np.uint8)
    half[:, :24] = 255
    for number in range(2):
        Image.fromarray(half).save(tmp_path / f"maps/{number:03d}.png")
    asked = ("synth", "cutpaste", "bolt", f"--data={parts}", "--size=32", "--guide=maps")
    folder = sat(*asked, "--count=2").folder
    for number in range(2):
        guide, mask = guide_and_mask(folder, number)
        assert (guide[:, :15] == 255).all()
        assert not mask[:, 17:].any()
    assert sat(*asked, "--count=3").refuses("good/002", "no such file")


def network(path, code):
    class Net(torch.nn.Module):
        pass

    net = Net()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that TorchScript is old
        script = torch.jit.script(net)
        script.define(f"def forward(self, images: Tensor) -> Tensor:\n    return {code}\n")
        script.save(str(path))


def test_a_guide_is_a_network_in_a_file(sat, tmp_path):
    network(tmp_path / "net.pt", "(images[:, 0] > 0.5).float()")
    folder = sat(*GUIDED, "--guide=net.pt").folder
    facts = json.loads((folder / "synthesis.json").read_text())
    assert facts["guide"]["name"] == "model-file"
    guide, mask = guide_and_mask(folder, 0)
    assert 0 < (guide >= 128).mean() < 1
    assert not mask[guide < 128].any()


def test_guides_asked_for_in_vain(sat, tmp_path):
    assert sat(*GUIDED, "--guide=border-color").refuses("border-color", "border-colour", "nothing at that")
    assert sat(*GUIDED, "--guide=border-colour", "--set=guide.framing=1").refuses("framing", "frame")
    assert sat(*GUIDED, "--guide=border-colour", "--set=guide.frame=0.9").refuses("frame must be")
    assert sat(*GUIDED, "--set=guide.frame=0.9").refuses("guide needs a name")
    assert sat(*GUIDED, "--guide=none.onnx").refuses("none.onnx", "nothing at that path")
    (tmp_path / "text.pt").write_text("no network")
    assert sat(*GUIDED, "--guide=text.pt").refuses("is no TorchScript file")
    (tmp_path / "text.onnx").write_text("no network")
    assert sat(*GUIDED, "--guide=text.onnx").refuses("onnx")
    network(tmp_path / "net.pt", "images.view(1, 1, 7, 7)")
    assert sat(*GUIDED, "--guide=net.pt").refuses("net.pt", "fails on images (6, 3, 64, 64)", "set side")
    assert sat("run", "segmentation", "--guide=nowhere").refuses("nowhere", "--guide")
    assert not Path("synth").exists()


def test_a_run_takes_a_guide_in_the_same_words(sat, parts, tmp_path):
    said = sat.run("--data", parts, "--category=bolt", "--guide=constant", "--set=guide.value=0.8")
    recipe = (said.folder / "recipe.toml").read_text()
    assert "[settings.guide]" in recipe
    assert "value = 0.8" in recipe
