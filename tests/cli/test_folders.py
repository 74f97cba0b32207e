"""Folders on the command line: what was found, what was not read, and the options that say how to read."""

import shutil

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.recipe import Recipe


def image(path, seed=0, defective=False):
    pixels = np.random.default_rng(seed).integers(90, 110, (40, 48, 3), np.uint8)
    if defective:
        pixels[10:20, 10:20] = 250
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def own(tmp_path):
    """Parts in folders that are called as nobody else calls them, some a level deeper."""
    for number in range(6):
        image(tmp_path / f"own/fein/{number}.png", number)
    for number in range(2):
        image(tmp_path / f"own/grob/{number}.png", 10 + number, defective=True)
        image(tmp_path / f"own/grob/line2/{number}.png", 20 + number, defective=True)
    mask = np.zeros((40, 48), np.uint8)
    mask[10:20, 10:20] = 255
    for number in range(2):
        for place in ("", "line2/"):
            path = tmp_path / f"own/masks/grob/{place}{number}-wahr.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(path)
    return tmp_path / "own"


OWN = ["--good=fein", "--bad=grob", "--mask-suffix=-wahr"]


def lines(said, start):
    return [line for line in said.stderr.splitlines() if line.removeprefix("warning: ").startswith(start)]


def test_counts_are_said_and_written(sat, parts):
    said = sat.run("--data", parts, "--category=bolt")
    expected = "images: 4 good to train on; 4 to test: 2 good, 2 scratch (2 with masks)"
    assert lines(said, "images:") == [expected]
    assert not lines(said, "not read")
    assert said.metrics["images"] == {
        "train": {"good": 4},
        "validate": 0,
        "test": {"good": 2, "scratch": 2},
        "test_masks": 2,
    }
    again = sat("-q", "evaluate", said.folder, "--device=cpu")
    assert " images: 4 to test: 2 good, 2 scratch (2 with masks)" in again.stdout.splitlines()
    quiet = sat("-q", "run", "segmentation", *sat.tiny, "--data", parts, "--category=bolt")
    assert f" {expected}" in quiet.stdout.splitlines()


def test_images_that_validate_are_counted(sat, parts):
    said = sat.run("--data", parts, "--category=bolt", "--set=validation=0.25")
    assert "4 good to train on (1 of them to validate)" in lines(said, "images:")[0]


def test_what_was_not_read_is_said_once_and_written(sat, parts):
    shutil.copytree(parts / "bolt/train/good", parts / "bolt/train/good/line2")
    (parts / "bolt/test/good/a.heic").touch()
    said = sat.run("--data", parts, "--category=bolt")
    expected = "not read: 4 images in subfolders (--subfolders reads them), 1 .heic"
    assert lines(said, "not read") == [f"warning: {expected}"]
    assert said.metrics["notes"].count(expected) == 1
    assert said.metrics["training_images"] == 4
    deep = sat.run("--data", parts, "--category=bolt", "--subfolders")
    assert deep.metrics["training_images"] == 8
    assert deep.metrics["images"]["train"] == {"good": 8}


def test_names_of_folders_and_masks_are_recorded_and_used_again(sat, own):
    sat("run", "segmentation", *sat.tiny, "--data", own).refuses("fein,grob", "--good NAME")
    said = sat.run("--data", own, *OWN, "--subfolders")
    assert said.metrics["images"]["test"] == {"good": 1, "grob": 4}
    assert said.metrics["images"]["test_masks"] == 4
    assert Recipe.read(said.folder).data.options == {
        "subfolders": True,
        "good": ["fein"],
        "bad": ["grob"],
        "mask_suffix": ["-wahr"],
    }
    assert any("1 of 6 good images are held out" in note for note in said.metrics["notes"])
    again = sat("evaluate", said.folder, "--device=cpu")
    assert again.metrics["metrics"] == said.metrics["metrics"]
    moved = sat("evaluate", said.folder, "--device=cpu", "--data", shutil.copytree(own, own.parent / "more"))
    assert moved.metrics["images"] == again.metrics["images"]


def test_prediction_reads_subfolders_unless_told_otherwise(sat, own):
    said = sat.run("--data", own, *OWN)
    new = own / "grob"
    for options, count in (([], 4), (["--no-subfolders"], 2)):
        predicted = sat("predict", said.folder, new, "--device=cpu", *options)
        assert len((predicted.folder / "scores.csv").read_text().splitlines()) == count + 1
        assert lines(predicted, "images:") == [f"images: {count} to predict"]
    assert "not read: 2 images in subfolders" in predicted.stderr


def test_own_overlays_are_not_predicted(sat, one_run, parts, tmp_path):
    first = sat("predict", one_run, parts / "bolt/test/good", "--device=cpu", "--out", tmp_path / "p")
    for path in (parts / "bolt/test/good").iterdir():
        shutil.copy(path, tmp_path / "p")
    again = sat("predict", one_run, first.folder, "--device=cpu", "--out", tmp_path / "q")
    assert lines(again, "images:") == ["images: 2 to predict"]
    assert "2 overlays of sat" in again.stderr


def test_defects_without_masks_say_why_pixels_are_not_scored(sat, parts):
    shutil.rmtree(parts / "bolt/ground_truth")
    said = sat.run("--data", parts, "--category=bolt")
    reason = "pixel figures are n/a: none of 2 defective test images has a mask"
    assert f" {reason}" in said.stdout.splitlines()
    assert said.metrics["metrics"]["pixel_ap"] is None
    assert said.metrics["metrics"]["image_auroc"] is not None
    assert said.metrics["undefined"]["pixel_ap"] == reason
    assert said.metrics["notes"].count(reason) == 1
    assert reason in (said.folder / "report.html").read_text()


def test_some_masks_missing_score_the_rest_and_say_so(sat, parts):
    (parts / "bolt/ground_truth/scratch/001_mask.png").unlink()
    said = sat.run("--data", parts, "--category=bolt")
    assert said.metrics["metrics"]["pixel_ap"] is not None
    assert any(note.startswith("pixel figures are of 3 of 4 test images") for note in said.metrics["notes"])
    assert said.metrics["undefined"] == {}


@pytest.mark.parametrize(
    ("kind", "text"), [("good", "all are defective and none is good"), ("scratch", "all are good and none")]
)
def test_test_sets_of_one_kind_say_what_is_missing(sat, parts, kind, text):
    for place in ("test", "ground_truth"):
        shutil.rmtree(parts / "bolt" / place / kind, ignore_errors=True)
    said = sat.run("--data", parts, "--category=bolt")
    assert text in said.metrics["undefined"]["image_auroc"]
    assert ("pixel_ap" in said.metrics["undefined"]) == (kind == "scratch")


def test_test_images_that_were_trained_on_are_named(sat, parts):
    shutil.copy(parts / "bolt/train/good/001.png", parts / "bolt/test/good/000.png")
    said = sat.run("--data", parts, "--category=bolt")
    (note,) = [note for note in said.metrics["notes"] if "among the training images" in note]
    assert note.startswith("1 of 4 test images")
    assert "good/000 is good/001" in note
    assert note in said.stderr


def test_synth_reads_folders_as_run_does(sat, own, tmp_path):
    out = ["--out", tmp_path / "out", "--count=4", "--size=32"]
    said = sat("synth", "cutpaste", own, *OWN, *out)
    assert said.code == 0, said.stderr
    assert any("held out" in line for line in said.stderr.splitlines())
    assert sat("synth", "cutpaste", own, *out).refuses("fein,grob", "--good NAME")
