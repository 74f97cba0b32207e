"""CIFAR-10, as a user types it."""

import json

from synth_anomaly.recipe import Recipe


def test_a_class_runs_and_is_evaluated_against_the_others(sat, cifar10):
    said = sat.run("--data", cifar10.binary(), "--category=ship")
    assert said.metrics["dataset"] == "cifar10"
    assert said.metrics["training_images"] == 10
    assert said.metrics["notes"] == ["pixel figures are n/a: none of 18 defective test images has a mask"]
    assert 0 <= said.metrics["metrics"]["image_auroc"] <= 1
    assert said.metrics["metrics"]["pixel_auroc"] is None
    assert "warning" not in said.stderr
    assert len(list((said.folder / "maps").rglob("*.npz"))) == 20
    assert Recipe.read(said.folder).data.dataset == "cifar10"
    other = sat("evaluate", said.folder, "--category=frog", "--all-maps")
    assert other.metrics["category"] == "frog"


def test_missing_training_files_are_said_everywhere(sat, cifar10):
    said = sat.run("--data", cifar10.python(training=(1,)), "--category=ship")
    assert said.stderr.count("without data_batch_2, data_batch_3, data_batch_4, data_batch_5") == 1
    note, masks = said.metrics["notes"]
    assert "1 of its 5 training files" in note
    assert "1 of its 5 training files" in (said.folder / "report.html").read_text()
    again = sat("evaluate", said.folder)
    assert "1 of its 5 training files" in again.stderr
    assert again.metrics["notes"] == [note, masks]


def test_every_class_in_turn(sat, cifar10):
    said = sat.run("--dataset=cifar10", "--data", cifar10.binary(training=(3, 5)), "--category=all")
    assert said.stderr.count("warning: cifar10 without") == 1
    for category in cifar10.classes:
        table = json.loads((said.folder / category / "1/metrics.json").read_text())
        assert (table["category"], table["training_images"]) == (category, 4)
    assert " mean " in said.stdout


def test_mistakes_are_one_line(sat, cifar10):
    root = cifar10.binary(test=False)
    assert sat.run("--data", root, "--category=ship").refuses("test_batch.bin")
    assert sat.run("--data", root, "--category=shp").refuses("'shp'", "ship")
    path = root / "cifar-10-batches-bin/data_batch_2.bin"
    path.write_bytes(path.read_bytes()[:-5])
    assert sat.run("--data", root, "--category=ship").refuses("data_batch_2.bin", "61460", "61455")
