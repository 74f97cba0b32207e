"""`sat run`, as a user types it."""

import json
import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import DataError
from synth_anomaly.evaluation import METRICS
from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.maps import read_map

KEYS = {"metrics", "dataset", "category", "split", "method", "preset", "seed", "seconds", "versions"}
ANOSEG = ["--set=decoder_channels=[4,4,4]", "--set=discriminator_width=4", "--set=detector_steps=2"]


@pytest.fixture
def anoseg(sat, parts):
    pytest.importorskip("sat_anoseg")
    return sat("run", "anoseg", *sat.tiny, *ANOSEG, "--data", parts, "--category=bolt")


def test_a_run_leaves_figures_maps_and_pictures(anoseg):
    folder = anoseg.folder
    assert anoseg.stdout.endswith("\nruns/anoseg/bolt/1\n")
    assert "anoseg · preset quick, changed: size=32, batch_size=2" in anoseg.stderr.splitlines()[0]
    last = anoseg.stdout.splitlines()[-2]
    assert last.startswith(" anoseg · preset quick, changed: size=32, batch_size=2")
    assert "· mvtec_ad bolt · seed 0 ·" in last
    assert anoseg.metrics.keys() >= KEYS
    assert tuple(anoseg.metrics["metrics"]) == METRICS
    assert all(0 <= figure <= 1 for figure in anoseg.metrics["metrics"].values())
    known = {"dataset": "mvtec_ad", "category": "bolt", "split": "test", "method": "anoseg", "seed": 0}
    assert known.items() <= anoseg.metrics.items()
    assert anoseg.metrics["score_size"] == "input"
    assert {"synth-anomaly", "torch", "sat-anoseg"} <= anoseg.metrics["versions"].keys()
    names = [f"{kind}/{number:03d}" for kind in ("good", "scratch") for number in range(2)]
    for name in names:
        values = read_map(folder / "maps" / f"{name}.npz")
        assert values.shape == (32, 32)
        assert values.dtype == np.float32
    assert [line.split(",")[0] for line in (folder / "scores.csv").read_text().splitlines()[1:]] == names
    with Image.open(folder / "contact-sheet.png") as sheet:
        sheet.verify()
    assert "anoseg on mvtec_ad / bolt" in (folder / "report.html").read_text()
    assert Recipe.read(folder).data.root == str(Path("parts").absolute())
    assert {path.name.split(".")[0] for path in folder.iterdir()} == {
        *("recipe", "weights", "metrics", "contact-sheet", "report", "scores"),
        *("maps", "checkpoint", "events"),
    }


def test_tensorboard_shows_losses_rates_speed_and_panels(anoseg):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(anoseg.folder))
    events.Reload()
    tags = events.Tags()
    assert {
        "loss/segmentation/generator/segmentation",
        "loss/segmentation/generator/reconstruction",
        "loss/segmentation/discriminator/adversarial",
        "loss/detector/generator/feature",
        "loss/detector/discriminator/classification",
        "learning_rate/segmentation/generator",
        "learning_rate/detector/discriminator",
        "speed/images_per_second",
        *(f"metrics/{name}" for name in METRICS),
    } <= set(tags["scalars"])
    panels = {name.partition("/")[2] for name in tags["images"]}
    assert {"input", "mask", "map", "reconstruction"} <= panels


@pytest.mark.parametrize("before", [True, False])
def test_quiet_prints_results_alone(sat, parts, before):
    arguments = ["run", "segmentation", *sat.tiny, "--data", parts, "--category=bolt"]
    said = sat("-q", *arguments) if before else sat(*arguments, "-q")
    assert said.stderr == ""
    assert "pixel AUROC" in said.stdout
    assert "preset quick" in said.stdout
    assert said.stdout.endswith("\nruns/segmentation/bolt/1\n")


class TestWhereImagesComeFrom:
    def test_the_environment(self, sat, parts, monkeypatch):
        monkeypatch.setenv("SAT_DATA", str(parts))
        assert sat.run("--category=nut").metrics["category"] == "nut"

    def test_the_usual_folder(self, sat, parts):
        Path("datasets").mkdir()
        parts.rename("datasets/mvtec_ad")
        assert sat.run("--category=nut").metrics["dataset"] == "mvtec_ad"

    def test_a_path_beats_both(self, sat, parts, monkeypatch):
        shutil.copytree(parts, "datasets/mvtec_ad")
        monkeypatch.setenv("SAT_DATA", str(parts))
        shutil.copytree(parts / "bolt/train/good", "flat")
        assert sat.run("--data=flat").metrics["dataset"] == "folder"

    @pytest.mark.parametrize("variable", [True, False])
    def test_a_wrong_path_is_an_error_and_no_fallback(self, sat, parts, monkeypatch, variable):
        shutil.copytree(parts, "datasets/mvtec_ad")
        if variable:
            monkeypatch.setenv("SAT_DATA", "nowhere")
            assert sat.run("--category=bolt").refuses("nowhere", "$SAT_DATA")
        else:
            assert sat.run("--category=bolt", "--data=nowhere").refuses("nowhere", "--data")
        assert not Path("runs").exists()

    @pytest.mark.usefixtures("few_demo_images")
    def test_without_any_the_demo_and_everything_says_so(self, sat):
        said = sat.run("--category=bottle", "-q")
        assert "using the built-in demo" in said.stderr
        assert "segmentation on demo / bottle" in said.stdout
        assert "Rendered demo images" in said.stdout
        assert "demo bottle" in said.stdout.splitlines()[-2]
        assert said.metrics["dataset"] == "demo"
        assert said.metrics["notes"][0].startswith("demo: ")
        assert "demo / bottle" in (said.folder / "report.html").read_text()
        assert 'dataset = "demo"' in (said.folder / "recipe.toml").read_text()
        again = sat("run", said.folder, "-q")
        assert again.metrics["metrics"] == said.metrics["metrics"]
        assert "no data given" not in again.stderr


class TestEveryCategory:
    def test_one_table_and_a_run_each(self, sat, parts):
        said = sat.run("--data", parts, "--category=all")
        assert said.folder == Path("runs/segmentation")
        assert said.stdout.count("pixel") == 4  # one heading, of four columns
        rows = [line.split()[0] for line in said.stdout.splitlines() if line.startswith(" ") and line.split()]
        assert [row for row in rows if row in ("bolt", "nut", "mean")] == ["bolt", "nut", "mean"]
        assert "preset quick" in said.stdout.splitlines()[-2]
        for category in ("bolt", "nut"):
            table = json.loads((said.folder / category / "1/metrics.json").read_text())
            assert table["category"] == category
        alone = sat.run("--data", parts, "--category=nut").metrics
        assert alone["metrics"] == table["metrics"]

    def test_what_is_done_is_shown_when_one_fails(self, sat, parts, cut):
        shutil.copytree(parts / "bolt", parts / "screw")
        cut(parts / "nut/train/good/001.png")
        said = sat.run("--data", parts, "--category=all")
        assert said.refuses("nut/train/good/001.png", "not begun: screw")
        assert " bolt " in said.stdout
        assert Path("runs/segmentation/bolt/1/metrics.json").is_file()
        assert not Path("runs/segmentation/nut").exists()

    def test_folders_are_looked_into_before_training(self, sat, parts):
        (parts / "nut/test/scratch/001.png").unlink()
        assert sat.run("--data", parts, "--category=all").refuses("001_mask.png", "belongs to no image")
        assert not Path("runs").exists()


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "texts"),
        [
            (["--category=bol"], ["'bol'", "bolt", "nut"]),
            ([], ["choose from bolt, nut or all"]),
            (["--category=bolt", "--preset=quik"], ["'quik'", "quick"]),
            (["--category=bolt", "--set=stps=3"], ["'stps'", "steps"]),
            (["--category=bolt", "--set=steps=many"], ["'steps'", "a whole number", "'many'"]),
            (["--category=bolt", "--set=steps"], ["NAME=VALUE"]),
            (["--category=bolt", "--synthesizer=cutpast"], ["'cutpast'", "'cutpaste'"]),
            (["--category=bolt", "--set=synthesizer.shape.areas=[0.1,0.2]"], ["'areas'", "'area'"]),
            (["--category=bolt", "--device=cuda:99"], ["cuda:99", "--device auto"]),
            (["--category=bolt", "--device=gpu"], ["'gpu'"]),
            (["--category=bolt", "--dataset=mvtec"], ["'mvtec'", "mvtec_ad"]),
        ],
    )
    def test_are_one_line_and_leave_no_folder(self, sat, parts, arguments, texts):
        assert sat("run", "segmentation", "--data", parts, *arguments).refuses(*texts)
        assert not Path("runs").exists()

    def test_a_method_without_any_quick_preset_runs(self, sat, parts, tmp_path, monkeypatch):
        (tmp_path / "plain_of_tests.py").write_text(
            "from synth_anomaly import Pipeline\n"
            "class Plain(Pipeline): presets = {'large': {'size': 512}, 'paper': {}}\n"
            "class Stuck(Pipeline): presets = {'large': {'size': 512}}\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        arguments = ["--data", parts, "--category=bolt", "--precision=fp32", *sat.tiny]
        said = sat("run", "plain_of_tests:Plain", *arguments)
        assert said.metrics["preset"] == "paper"
        assert "preset paper" in said.stderr.splitlines()[0]
        assert sat("run", "plain_of_tests:Stuck", *arguments).refuses("--preset", "large")
        assert sat("run", "plain_of_tests:Stuck", *arguments, "--preset=large").metrics["preset"] == "large"

    def test_an_unknown_method(self, sat):
        assert sat("run", "segmentatoin").refuses("'segmentatoin'", "'segmentation'", "sat list method")

    @pytest.mark.parametrize("what", ["runs/segmentation/bolt/1", "recipe.toml"])
    def test_a_run_or_recipe_that_is_not_there(self, sat, what):
        assert sat("run", what).refuses(what)

    def test_a_folder_that_is_no_run(self, sat, parts):
        assert sat("run", parts).refuses("recipe.toml", "run's folder")

    def test_nothing_to_run(self, sat):
        assert sat("run").refuses("sat list method")

    def test_an_output_folder_that_cannot_be(self, sat, parts):
        Path("taken").mkdir()
        Path("taken/segmentation").write_text("mine")
        assert sat.run("--data", parts, "--category=bolt", "--out=taken").refuses("--out")

    def test_a_preset_for_a_recipe(self, sat, one_run):
        assert sat("run", one_run, "--preset=full").refuses("--set")


class TestRecipes:
    def test_options_reach_inside_a_piece(self, sat, parts):
        area = "--set=synthesizer.shape.area=[0.02,0.1]"
        folder = sat.run("--data", parts, "--category=bolt", "--synthesizer=cutpaste", area).folder
        assert Recipe.read(folder).settings["synthesizer"]["shape"]["area"] == [0.02, 0.1]

    @pytest.mark.parametrize("precision", ["fp32", "bf16"])
    def test_a_run_repeats_bit_for_bit(self, sat, parts, tmp_path, monkeypatch, precision):
        arguments = [*sat.tiny, "--data=parts", "--category=bolt", "--precision", precision, "--seed=3"]
        first = sat("run", "segmentation", *arguments)
        folder, metrics = first.folder.absolute(), first.metrics
        weights = (folder / "weights.safetensors").read_bytes()
        assert metrics["precision"] == precision
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        for what in (folder, folder / "recipe.toml"):
            again = sat("run", what, "--device=cpu")
            assert again.metrics["metrics"] == metrics["metrics"]
            assert (again.folder / "weights.safetensors").read_bytes() == weights

    def test_another_seed_is_another_run(self, sat, parts):
        first, second = (sat.run("--data", parts, "--category=bolt", f"--seed={seed}") for seed in (0, 1))
        assert (first.folder, second.folder) == tuple(Path(f"runs/segmentation/bolt/{n}") for n in (1, 2))
        assert first.metrics["seed"] == 0
        assert second.metrics["seed"] == 1
        weights = [(said.folder / "weights.safetensors").read_bytes() for said in (first, second)]
        assert weights[0] != weights[1]

    def test_other_images_and_settings(self, sat, parts, one_run):
        said = sat("run", one_run, "--data", parts / "nut", "--set=steps=3")
        assert said.metrics["category"] == "nut"
        assert Recipe.read(said.folder).settings["steps"] == 3
        assert sat("run", one_run, "--data", parts).metrics["category"] == "bolt"

    def test_a_folder_called_like_a_method_is_not_in_the_way(self, sat, parts):
        Path("segmentation").mkdir()
        assert sat.run("--data", parts, "--category=bolt").folder == Path("runs/segmentation/bolt/1")

    def test_code_of_a_stranger_is_not_imported(self, sat, parts, stranger):
        shape, trace = stranger
        arguments = [*sat.tiny, "--data", parts, "--category=bolt"]
        named = f'synthesizer = {{name = "cutpaste", shape = "{shape}"}}'
        Path("stranger.toml").write_text(f'recipe = 1\nmethod = "segmentation"\n[settings]\n{named}\n')
        assert sat("run", "stranger.toml", *arguments).refuses(shape, "--allow-code")
        assert not trace.exists()
        assert not Path("runs").exists()
        folder = sat("run", "stranger.toml", *arguments, "--allow-code").folder
        trace.unlink()
        sys.modules.pop(shape.partition(":")[0])
        for name in ("run", "evaluate"):
            assert sat(name, folder).refuses(shape, "--allow-code")
        assert sat("predict", folder, parts).refuses(shape, "--allow-code")
        assert not trace.exists()
        assert sat("predict", folder, parts / "nut/test/good", "--allow-code").code == 0
        assert sat("evaluate", folder, "--allow-code").code == 0

    def test_who_types_an_import_path_trusts_it(self, sat, parts, stranger):
        shape, trace = stranger
        said = sat.run("--data", parts, "--category=bolt", f"--set=synthesizer.shape={shape}")
        assert said.code == 0, said.stderr
        assert trace.exists()


class TestImperfectImages:
    def test_good_images_alone(self, sat, parts):
        said = sat.run("--data", parts / "bolt/train/good", "--dataset=folder")
        assert set(said.metrics["metrics"].values()) == {None}
        assert "no test images" in said.metrics["notes"][0]
        assert "no test images" in said.stderr
        assert "n/a" not in said.stdout
        assert (said.folder / "weights.safetensors").is_file()

    def test_a_truncated_training_image_stops_the_run(self, sat, parts, cut):
        cut(parts / "bolt/train/good/002.png")
        assert sat.run("--data", parts, "--category=bolt").refuses("train/good/002.png", "--skip-bad")
        assert not Path("runs/segmentation").exists()

    def test_skip_bad_goes_on_and_reports(self, sat, parts, cut):
        cut(parts / "bolt/train/good/002.png")
        cut(parts / "bolt/test/scratch/001.png")
        said = sat.run("--data", parts, "--category=bolt", "--skip-bad", "--set=validation=0.25")
        assert said.metrics["training_images"] == 3
        assert [skip["name"] for skip in said.metrics["training_skipped"]] == ["good/002"]
        assert [skip["name"] for skip in said.metrics["skipped"]] == ["scratch/001"]
        assert "train/good/002.png" in said.stderr
        assert "test/scratch/001.png" in said.stderr
        assert any("good/002" in note for note in said.metrics["notes"])
        assert not (said.folder / "maps/scratch/001.npz").exists()
        assert sat("run", said.folder).metrics["metrics"] == said.metrics["metrics"]

    def test_a_truncated_test_image_loses_no_training(self, sat, parts, cut):
        whole = sat.run("--data", parts, "--category=bolt").metrics
        path = parts / "bolt/test/scratch/001.png"
        content = cut(path)
        said = sat.run("--data", parts, "--category=bolt")
        assert said.refuses("test/scratch/001.png", "sat run --resume runs/segmentation/bolt/2")
        path.write_bytes(content)
        resumed = sat("run", "--resume", "runs/segmentation/bolt/2", "--device=cpu")
        assert resumed.metrics["metrics"] == whole["metrics"]
        assert any("resumed" in note for note in resumed.metrics["notes"])
        assert all(math.isfinite(figure) for figure in whole["metrics"].values())


class TestResume:
    @pytest.mark.parametrize(
        ("arguments", "text"),
        [(["--seed=3"], "--seed"), (["--out=x"], "--out"), (["anoseg"], "anoseg"), (["--set=a=1"], "--set")],
    )
    def test_what_would_be_ignored_is_refused(self, sat, one_run, arguments, text):
        assert sat("run", "--resume", one_run, *arguments).refuses(f"leave out {text}")

    def test_a_finished_run_is_an_error(self, sat, one_run):
        assert sat("run", "--resume", one_run).refuses("has come to its end")

    def test_what_is_no_run_is_an_error(self, sat, parts):
        assert sat("run", "--resume", "nowhere").refuses("nowhere")
        assert sat("run", "--resume", parts).refuses("recipe.toml")


def test_figures_name_the_images_that_they_come_from(sat, parts, one_run):
    table = json.loads((one_run / "metrics.json").read_text())
    assert table["root"] == Recipe.read(one_run).data.root
    assert table["training_images"] == 4
    assert table["root"] in (one_run / "report.html").read_text()
    again = sat("evaluate", one_run, "--data", "parts", "--out", "again", "--device=cpu").metrics
    assert (again["root"], again["training_images"]) == (str(parts), 4)


@pytest.mark.usefixtures("few_demo_images")
def test_the_exported_demo_says_that_it_is_one(sat):
    pytest.importorskip("sat_anoseg")
    assert sat("demo", "--category=bottle", "--size=32", "--out=d").code == 0
    said = sat("run", "anoseg", *sat.tiny, *ANOSEG, "--data=d", "--category=bottle")
    assert said.metrics["dataset"] == "demo"
    assert said.metrics["published"] == {}
    assert said.metrics["notes"][0].startswith("demo: ")
    assert "Rendered demo images" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["--set=stepz=3"], ["'stepz'", "did you mean 'steps'"]),
        (["--set=steps=many"], ["'steps' takes a whole number, got 'many'"]),
        (["--set=steps=0"], ["steps must be above 0"]),
        (["--set=batch_size=1"], ["defective = 0.5 of batch_size = 1 is no image"]),
        (["--set=synthesizer.shape.area=big"], ["'area' takes two numbers"]),
        (["--backbone=resnet81"], ["'resnet81'", "'resnet18'"]),
        (["--device=cuda:99"], ["cuda:99"]),
        (["--textures=nowhere"], ["nowhere", "textures"]),
    ],
)
@pytest.mark.parametrize("images", [[], ["--category=screw"], ["--data=missing"], ["--dataset=none_such"]])
def test_other_mistakes_are_said_before_images_that_are_not_there(sat, parts, images, arguments, texts):
    data = [] if any(text.startswith(("--data=", "--dataset=")) for text in images) else ["--data", parts]
    assert sat("run", "segmentation", *data, *images, *arguments).refuses(*texts)


def test_what_a_category_may_set_otherwise_is_not_refused_without_one(sat, parts, monkeypatch):
    kind = catalogue().registry("method").load("segmentation")
    own = {"bolt": {"synthesizer": "draem", "steps": 2}}
    monkeypatch.setattr(kind, "for_category", classmethod(lambda _, __, category, ___: own.get(category, {})))
    command = ["run", "segmentation", "--data", parts, "--set=synthesizer.shape.scale=[1,2]"]
    assert sat(*command).refuses("expected a category")
    assert sat(*command, "--set=steps=0").refuses("expected a category")
    assert sat(*command, "--set=steps=many").refuses("'steps' takes a whole number")
    assert sat(*command, "--category=bolt,screw", "--set=steps=0").refuses("steps must be above 0")
    assert sat(*command, "--category=bolt,screw").refuses("'screw'")


def test_published_means_need_every_category_of_the_paper(sat, parts, monkeypatch):
    pytest.importorskip("sat_anoseg")
    command = ["run", "anoseg", *sat.tiny, *ANOSEG, "--data", parts, "--category=all", "--preset=base"]
    command.append("--set=decoder_channels=[4,4,4,4,4]")
    assert "published" not in sat(*command).stdout
    monkeypatch.setattr("synth_anomaly.data.originals.TRAINING_IMAGES", {"bolt": 4, "nut": 4})
    said = sat(*command)
    row = next(line.split() for line in said.stdout.splitlines() if "published" in line)
    assert {"0.923", "0.492"} <= set(row)
    figures = [json.loads(path.read_text())["published"] for path in said.folder.glob("*/2/metrics.json")]
    assert figures == [{}, {}]


@pytest.mark.parametrize("before", [True, False])
def test_verbose_stands_before_or_after_the_command(sat, monkeypatch, before):
    def fail(*_arguments, **_others):
        raise DataError("nothing there") from OSError("a cause")

    monkeypatch.setattr("synth_anomaly.cli.running.find_source", fail)
    command = ["run", "segmentation"]
    said = sat("-v", *command) if before else sat(*command, "-v")
    assert "a cause" in said.stderr
    assert "a cause" not in sat(*command).stderr
    for other in ("evaluate", "predict"):
        assert "--verbose" in sat(other, "--help").stdout


class TestLists:
    def test_items_are_changed_by_number(self, sat, parts):
        chain = '--set=synthesizer={name="chain",synthesizers=["cutpaste","cutpaste"]}'
        said = sat.run(
            "--data", parts, "--category=bolt", chain, "--set=synthesizer.synthesizers.1.shape.area=[0.1,0.2]"
        )
        first, second = Recipe.read(said.folder).settings["synthesizer"]["synthesizers"]
        assert second["shape"]["area"] == [0.1, 0.2] != first["shape"]["area"]

    @pytest.mark.parametrize(
        ("change", "text"),
        [("synthesizer.synthesizers.2.shape=whole-image", "no item 2"), ("steps.0=3", "'steps'")],
    )
    def test_what_is_no_item_is_one_line(self, sat, parts, change, text):
        chain = '--set=synthesizer={name="chain",synthesizers=["cutpaste","cutpaste"]}'
        said = sat("run", "segmentation", "--data", parts, "--category=bolt", chain, f"--set={change}")
        assert said.refuses(text)

    def test_the_same_name_keeps_the_options(self, sat, parts):
        said = sat.run("--data", parts, "--category=bolt", "--backbone=resnet18")
        assert Recipe.read(said.folder).settings["backbone"]["width"] == 4
