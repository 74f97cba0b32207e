"""`sat demo`: the demo as files."""

from pathlib import Path

import pytest

from synth_anomaly.data import read_image


@pytest.fixture
def few(monkeypatch):
    """A demo of few images."""
    for name, count in {"GOOD_TRAIN": 3, "GOOD_TEST": 2, "DEFECTIVE_PER_KIND": 1}.items():
        monkeypatch.setattr(f"synth_anomaly.data.demo_dataset.{name}", count)


def test_a_category_that_a_run_can_use(sat, few):
    said = sat("demo", "--category=bottle", "--out=parts", "--size=64")
    assert said.folder == Path("parts/bottle")
    assert read_image(Path("parts/bottle/train/good/000.png")).shape == (64, 64, 3)
    clean = sorted(
        path.relative_to("parts/bottle/clean") for path in Path("parts/bottle/clean").rglob("*.png")
    )
    assert clean
    assert all((Path("parts/bottle/test") / path).is_file() for path in clean)
    run = sat.run("--data=parts", "--category=bottle")
    assert run.metrics["dataset"] == "demo"
    assert run.metrics["training_images"] == 3


def test_every_category(sat, few):
    said = sat("demo", "--out=parts", "--size=32")
    assert said.code == 0
    assert [Path(line).name for line in said.stdout.splitlines()] == ["bottle", "carpet", "grid", "hazelnut"]
    assert all(Path(line, "train/good/000.png").is_file() for line in said.stdout.splitlines())


def test_mistakes(sat, few):
    assert sat("demo", "--category=botle", "--out=parts").refuses("botle", "bottle")
    assert not Path("parts").exists()
    Path("parts/bottle").mkdir(parents=True)
    assert sat("demo", "--category=bottle", "--out=parts").refuses("parts/bottle")
