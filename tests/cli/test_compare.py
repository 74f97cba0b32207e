"""`sat run METHOD --compare NAME`, as a user types it."""

import json
import sys
from pathlib import Path

import pytest

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import Interrupted, RunError
from synth_anomaly.plugin import Component
from synth_anomaly.recipe import Recipe
from synth_anomaly.registry import Registry
from synth_anomaly.runs import Run

METHODS = """
from synth_anomaly import Pipeline
SMALL = {"size": 32, "steps": 2, "batch_size": 2, "backbone": {"name": "resnet18", "width": 4}}
class Near(Pipeline):
    presets = {"full": {}, "vicinity": {**SMALL, "size": 64}, "nearby": SMALL, "both": SMALL}
class Far(Pipeline):
    presets = {"quick": SMALL, "full": {}, "both": SMALL}
class Drawn(Pipeline):
    presets = {"quick": {**SMALL, "synthesizer": {"fill": "texture"}}, "full": {},
               "needy": {**SMALL, "synthesizer": {"fill": {"name": "texture", "procedural": False}}}}
"""


@pytest.fixture
def methods(tmp_path, monkeypatch):
    (tmp_path / "references_of_tests.py").write_text(METHODS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "references_of_tests", raising=False)
    known = catalogue().registry("method").entries
    registry = Registry("method", catalogue().registry("method").interface)
    for entry in known:
        registry.add(entry.component, entry.provider)
    for name in ("near", "far", "drawn"):
        target = f"references_of_tests:{name.capitalize()}"
        registry.add(Component("method", name, target, "of the tests"), "sat-tests")
    found = catalogue().registry
    monkeypatch.setattr(
        type(catalogue()), "registry", lambda _, kind: registry if kind == "method" else found(kind)
    )


@pytest.fixture
def run(sat, parts, methods):
    tiny = [*sat.tiny, "--precision=fp32", "--data", parts]
    return lambda *arguments: sat("run", "segmentation", *tiny, *arguments)


def metrics(folder):
    return json.loads((Path(folder) / "metrics.json").read_text())


def test_another_method_stands_beside(run):
    said = run("--category=bolt", "--seed=3", "--compare=vicinity,far")
    assert said.folder == Path("runs/segmentation/bolt/1")
    compared = said.metrics["compared"]
    assert list(compared) == ["near/vicinity", "far/quick"]
    for name, size in {"near/vicinity": [64, 64], "far/quick": [32, 32]}.items():
        row = compared[name]
        assert set(row) == {"metrics", "cpu_seconds", "input_size", "run"}
        assert Path(row["run"]).is_absolute()
        own = metrics(row["run"])
        assert f"{own['method']}/{own['preset']}" == name
        assert (own["seed"], own["category"], own["changes"]) == (3, "bolt", {})
        assert row["metrics"] == own["metrics"]
        assert row["cpu_seconds"] == own["cpu_seconds"]
        assert row["input_size"] == own["input_size"] == size
        assert "compared" not in own
    heads = said.stdout.splitlines()[1:3]
    assert heads[0].split() == ["near", "far"]
    assert heads[1].split() == ["figure", "this", "run", "vicinity", "quick"]
    assert said.stdout.count("pixel AUROC") == 1
    line = next(line for line in said.stdout.splitlines() if "pixel AUROC" in line)
    figures = [said.metrics["metrics"], *(row["metrics"] for row in compared.values())]
    assert line.split()[2:] == [f"{row['pixel_auroc']:.3f}" for row in figures]
    assert next(line.split() for line in said.stdout.splitlines() if "input size" in line)[2:] == [
        *("32x32", "64x64", "32x32")
    ]
    assert all(len(line) <= 80 for line in said.stdout.splitlines()[:-3])
    page = (said.folder / "report.html").read_text()
    assert "near/vicinity</th>" in page
    assert f"{compared['near/vicinity']['metrics']['pixel_auroc']:.3f}" in page
    assert compared["far/quick"]["run"] in page


def test_it_changes_nothing_of_the_run_itself(run):
    beside = run("--category=bolt", "--compare=far").metrics
    alone = run("--category=bolt", "--out=alone")
    assert beside["metrics"] == alone.metrics["metrics"]
    assert set(beside) - set(alone.metrics) == {"compared"}
    assert beside["notes"] == alone.metrics["notes"]


def test_a_compared_run_is_the_one_that_its_preset_gives_alone(run, sat, parts):
    row = run("--category=nut", "--compare=nearby").metrics["compared"]["near/nearby"]
    alone = sat(
        *("run", "near", "--preset=nearby", "--device=cpu", "--precision=fp32"),
        *("--data", parts, "--category=nut", "--out=alone"),
    )
    assert alone.metrics["metrics"] == row["metrics"]
    assert sat("run", row["run"], "--out=again").metrics["metrics"] == row["metrics"]
    assert Recipe.read(Path(row["run"])).settings["size"] == 32


def test_a_recipe_is_compared_too(run, sat):
    first = run("--category=bolt", "--seed=5").folder
    said = sat("run", first, "--compare=far")
    assert metrics(said.metrics["compared"]["far/quick"]["run"])["seed"] == 5


def test_several_categories_have_a_comparison_each(run):
    said = run("--category=all", "--compare=vicinity,nearby")
    assert said.folder == Path("runs/segmentation")
    words = [line.split() for line in said.stdout.splitlines() if line.split()]
    named = [line[0] for line in words if line[0] in ("bolt", "nut", "mean", "near/vicinity", "near/nearby")]
    assert named == [
        word for part in ("bolt", "nut", "mean") for word in (part, "near/vicinity", "near/nearby")
    ]
    means = [line for line in words if line[0] == "near/vicinity"][-1]
    rows = [metrics(f"runs/segmentation/{name}/1")["compared"]["near/vicinity"] for name in ("bolt", "nut")]
    mean = sum(row["metrics"]["pixel_auroc"] for row in rows) / 2
    assert f"{mean:.3f}" in means
    assert "this run 32x32, near/vicinity 64x64, near/nearby 32x32" in said.stdout
    for name, row in zip(("bolt", "nut"), rows, strict=True):
        assert metrics(row["run"])["category"] == name


@pytest.mark.usefixtures("methods")
def test_several_presets_share_the_comparison(sat, parts):
    said = sat(
        *("run", "near", "--preset=vicinity,nearby", "--device=cpu", "--precision=fp32"),
        *("--data", parts, "--category=bolt", "--compare=far"),
    )
    assert said.folder == Path("runs/near")
    first, second = (metrics(said.folder / "bolt" / number) for number in "12")
    assert first["compared"] == second["compared"]
    assert list(first["compared"]) == ["far/quick"]
    words = [line.split()[0] for line in said.stdout.splitlines() if line.split()]
    assert [word for word in words if word in ("vicinity", "nearby", "far/quick", "mean")] == [
        *("vicinity", "nearby", "far/quick")
    ]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("both", ("write far/both or near/both",)),
        ("vicinitz", ("'vicinitz'", "did you mean 'vicinity'")),
        ("near/vicinitz", ("method 'near'", "did you mean 'vicinity'")),
        ("naer/vicinity", ("unknown method 'naer'", "did you mean 'near'")),
        ("", ("expected a method",)),
    ],
)
def test_names_that_fit_nothing_are_refused_before_training(run, name, texts):
    said = run("--category=bolt", f"--compare={name}")
    assert said.refuses(*texts)
    assert not Path("runs").exists()


def test_what_a_reference_lacks_is_said_before_training(run):
    assert run("--category=bolt", "--compare=drawn/needy").refuses("--textures")
    assert not Path("runs").exists()


def test_textures_are_for_the_references_too(run, parts):
    said = run(
        *("--category=bolt", "--compare=drawn/needy,far", "--set=synthesizer.fill=texture"),
        *("--textures", parts / "nut/train/good"),
    )
    row = said.metrics["compared"]["drawn/needy"]
    assert metrics(row["run"])["textures"].endswith("nut/train/good")


def test_nothing_is_compared_beside_resume(sat, tmp_path):
    said = sat("run", "--resume", tmp_path, "--compare=far")
    assert said.code == 2
    assert "leave out --compare" in said.stderr


def stopping(monkeypatch, error, *, at):
    """Let the run of a method end in an error."""
    execute = Run.execute

    def stop(self):
        if self.method.name == at:
            raise error
        return execute(self)

    monkeypatch.setattr(Run, "execute", stop)


def test_a_stop_prints_what_is_done_and_says_what_is_left(run, monkeypatch):
    stopping(monkeypatch, Interrupted("stopped"), at="near")
    said = run("--category=bolt", "--compare=far,vicinity,nearby")
    assert said.code != 0
    assert "go on with: sat run --resume runs/near/bolt/1 (not begun: near/nearby bolt)" in said.stderr
    assert "quick" in said.stdout
    assert list(metrics("runs/segmentation/bolt/1")["compared"]) == ["far/quick"]


def test_a_failure_of_the_run_itself_begins_no_other(run, monkeypatch):
    stopping(monkeypatch, RunError("broken"), at="segmentation")
    assert run("--category=bolt", "--compare=far").refuses("broken (not begun: far/quick bolt)")
    assert not Path("runs/far").exists()
