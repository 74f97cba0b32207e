"""Several presets and categories in one command, as a user types it."""

import json
import math
from pathlib import Path

import pytest

from synth_anomaly.errors import Interrupted
from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.provenance import PUBLISHED_NOTE
from synth_anomaly.runs import Run


@pytest.fixture
def ablation(sat, parts, tmp_path, monkeypatch):
    """A method of three presets, of which one needs photographs of textures."""
    (tmp_path / "ablation_of_tests.py").write_text(
        "from synth_anomaly import Pipeline\n"
        "class Ablation(Pipeline):\n"
        "    presets = {'base': {}, 'rotation': {'synthesizer': {'fill': 'quarter-turn'}},\n"
        "        'perm': {'synthesizer': {'fill': 'permute'}},\n"
        "        'needy': {'synthesizer': {'fill': {'name': 'texture', 'procedural': False}}},\n"
        "        'odd': {'head': 'conv-decoder'}}\n"
        "    @classmethod\n"
        "    def published(cls, dataset, category, preset):\n"
        "        return {'image_auroc': 0.123} if (category, preset) in cls.known else {}\n"
        "    known = {('mean', 'rotation'), ('bolt', 'perm')}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("synth_anomaly.data.originals.TRAINING_IMAGES", {"bolt": 4, "nut": 4})

    def run(*arguments):
        command = ["run", "ablation_of_tests:Ablation", *sat.tiny, "--precision=fp32", "--data", parts]
        return sat(*command, *arguments)

    return run


def rows(said):
    """The lines of the table, by what they begin with."""
    lines = [line.split() for line in said.stdout.splitlines() if line.startswith(" ") and line.split()]
    return {words[0]: words[1:] for words in lines}


def metrics(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_a_run_each_and_a_line_a_preset(ablation):
    said = ablation("--preset=base,rotation,perm", "--category=bolt,nut")
    folder = said.folder
    assert folder.parent == Path("runs")
    numbered = {1: "base", 2: "rotation", 3: "perm"}
    for category in ("bolt", "nut"):
        for number, preset in numbered.items():
            table = metrics(folder / category / str(number))
            assert (table["category"], table["preset"]) == (category, preset)
            assert Recipe.read(folder / category / str(number)).data.category == category
    lines = rows(said)
    assert [name for name in lines if name in ("base", "rotation", "perm")] == ["base", "rotation", "perm"]
    for number, preset in numbered.items():
        both = [metrics(folder / category / str(number))["metrics"] for category in ("bolt", "nut")]
        for name in ("image_auroc", "pixel_auroc", "pixel_ap"):
            mean = math.fsum(figures[name] for figures in both) / 2
            assert f"{mean:.3f}" in lines[preset]
    assert "mean over bolt, nut · seed 0" in said.stdout
    assert "presets base, rotation, perm · mvtec_ad, 2 categories" in said.stdout.splitlines()[-2]


def test_each_run_is_the_one_that_its_preset_gives_alone(ablation):
    folder = ablation("--preset=base,rotation", "--category=nut").folder
    alone = ablation("--preset=rotation", "--category=nut", "--out=alone").metrics
    assert metrics(folder / "nut/2")["metrics"] == alone["metrics"]
    assert metrics(folder / "nut/1")["metrics"] != alone["metrics"]


def test_the_papers_figures_stand_beneath_their_preset(ablation):
    said = ablation("--preset=base,rotation,perm", "--category=all")
    lines = [line.split()[0] for line in said.stdout.splitlines() if line.startswith(" ") and line.split()]
    assert lines[lines.index("rotation") + 1] == "published"
    assert lines.count("published") == 1
    assert rows(said)["published"][0] == "0.123"
    alone = ablation("--preset=perm,rotation", "--category=bolt")
    lines = [line.split()[0] for line in alone.stdout.splitlines() if line.startswith(" ") and line.split()]
    assert lines[lines.index("perm") + 1] == "published"
    assert lines.count("published") == 1
    assert " bolt · seed 0" in alone.stdout
    for table in (said, alone):
        text = " ".join(table.stdout.split())
        assert "test images · changed: size=32, batch_size=2, " in text
        assert PUBLISHED_NOTE in text


def test_figures_that_no_preset_has_are_left_out(ablation, sat, cifar10):
    said = ablation("--data", cifar10.binary(), "--preset=base,perm", "--category=ship,dog,ship")
    heading = said.stdout.split("base")[0]
    assert "pixel" not in heading
    assert "AUROC" in heading
    assert "n/a" not in said.stdout
    assert "mean over ship, dog" in said.stdout


def test_several_categories_of_one_preset_have_a_line_each(ablation):
    said = ablation("--preset=base", "--category=nut,bolt")
    assert [name for name in rows(said) if name in ("nut", "bolt", "mean")] == ["nut", "bolt", "mean"]
    assert "preset base · mvtec_ad, 2 categories" in said.stdout.splitlines()[-2]


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["--preset=base,rotatoin", "--category=bolt"], ["'rotatoin'", "'rotation'"]),
        (["--preset=bsae", "--category=bolt"], ["'bsae'", "'base'"]),
        (["--preset=base,perm", "--category=bolt,nt"], ["'nt'", "bolt, nut"]),
        (["--preset=base,needy", "--category=bolt"], ["--textures"]),
        (["--preset=base,odd", "--category=bolt", "--set=head.skips=3"], ["'skips'"]),
        (["--preset=base,perm", "--category=bolt", "--set=stps=3"], ["'stps'", "steps"]),
    ],
)
def test_mistakes_are_found_before_anything_is_trained(ablation, arguments, texts):
    assert ablation(*arguments).refuses(*texts)
    assert not Path("runs").exists()


def test_textures_reach_the_presets_that_show_them(ablation, parts):
    folder = ablation("--preset=base,needy", "--category=bolt", "--textures", parts / "nut/train/good").folder
    assert metrics(folder / "bolt/1").get("textures") is None
    assert metrics(folder / "bolt/2")["textures"] == str(parts / "nut/train/good")


def test_what_is_done_is_shown_when_one_fails(ablation, parts, cut):
    cut(parts / "nut/train/good/001.png")
    said = ablation("--preset=base,perm", "--category=bolt,nut")
    assert said.refuses("nut/train/good/001.png", "not begun: perm bolt, perm nut")
    assert " base (1 of 2) " in said.stdout
    assert Path("runs").is_dir()


def test_an_interruption_says_how_to_go_on(ablation, sat, monkeypatch):
    execute, begun = Run.execute, []

    def stop_the_second(run):
        begun.append(run)
        if len(begun) == 2:
            raise Interrupted("a key was pressed")
        return execute(run)

    monkeypatch.setattr(Run, "execute", stop_the_second)
    said = ablation("--preset=base,rotation,perm", "--category=bolt")
    assert said.code == 130
    assert "stopped; go on with: sat run --resume " in said.stderr
    assert "not begun: perm bolt" in said.stderr
    assert " base " in said.stdout
    resumed = sat("run", "--resume", begun[1].folder, "--device=cpu", "--allow-code")
    assert resumed.metrics["preset"] == "rotation"
    assert resumed.folder == begun[1].folder


def test_one_category_is_evaluated_at_a_time(sat, one_run, parts):
    for several in ("bolt,nut", "all"):
        assert sat("evaluate", one_run, "--category", several).refuses("one category", several)
