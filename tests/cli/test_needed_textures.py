"""A plugin whose `paper` preset needs photographs of textures, and whose `quick` preset does without."""

import sys

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.catalogue import catalogue

PLUGIN = """
    from synth_anomaly.plugin import Component, hookimpl

    @hookimpl
    def sat_components():
        yield Component("method", "woven", "woven_method:Woven", "a paper's method")
"""

METHOD = '''
from dataclasses import dataclass

from synth_anomaly import Pipeline
from synth_anomaly.interfaces import Synthesizer
from synth_anomaly.pipeline import PipelineSettings
from synth_anomaly.synthesizers import draem

_DRAEM = draem()


@dataclass(frozen=True, kw_only=True)
class WovenSettings(PipelineSettings):
    """The paper's values."""

    synthesizer: Synthesizer = _DRAEM
    steps: int = 2
    size: int = 32
    batch_size: int = 2


class Woven(Pipeline):
    """A paper's method."""

    Settings = WovenSettings
    presets = {
        "paper": {"synthesizer": {"fill": {"fills": {"0": {"procedural": False}}}}},
        "quick": {"backbone": {"name": "resnet18", "width": 4}},
        "full": {},
    }
'''


@pytest.fixture
def woven(machine, monkeypatch):
    machine.install("sat-woven", PLUGIN)
    (machine.folder / "woven_method.py").write_text(METHOD)
    monkeypatch.syspath_prepend(machine.folder)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()
    for module in ("sat_woven", "woven_method"):
        sys.modules.pop(module, None)


@pytest.fixture
def dtd(tmp_path):
    folder = tmp_path / "dtd"
    folder.mkdir()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 24, 3), np.uint8)).save(folder / "a.png")
    return folder


PAPER = ("--preset=paper", '--set=backbone={name="resnet18",width=4}')


def test_the_paper_preset_stops_and_says_where_textures_are_found(sat, parts, woven, tmp_path):
    said = sat("run", "woven", "--data", parts, "--category=bolt", *PAPER)
    assert said.refuses("DTD", "https://www.robots.ox.ac.uk/~vgg/data/dtd/", "--textures PATH")
    assert not (tmp_path / "runs").exists()


def test_with_textures_it_runs_and_so_does_its_recipe(sat, parts, woven, dtd):
    said = sat("run", "woven", "--data", parts, "--category=bolt", *PAPER, "--textures=dtd", "--device=cpu")
    assert said.metrics["textures"] == str(dtd)
    assert "made by rule" not in said.stderr
    again = sat("run", said.folder, "--device=cpu")
    assert again.metrics["metrics"] == said.metrics["metrics"]
    (dtd / "a.png").unlink()
    assert sat("run", said.folder, "--device=cpu").refuses(str(dtd), "got none")
    assert sat("evaluate", said.folder, "--device=cpu").code == 0


def test_the_quick_preset_makes_its_textures_and_says_so(sat, parts, woven):
    said = sat("run", "woven", "--data", parts, "--category=bolt", "--device=cpu")
    assert said.stderr.count("textures are made by rule") == 1
    assert said.metrics["textures"] == "procedural"
    assert any("made by rule" in note for note in said.metrics["notes"])
    assert "textures are made by rule" in (said.folder / "report.html").read_text()


def test_whoever_insists_may_do_without_photographs(sat, parts, woven):
    insist = "--set=synthesizer.fill.fills.0.procedural=true"
    said = sat("run", "woven", "--data", parts, "--category=bolt", *PAPER, insist, "--device=cpu")
    assert said.metrics["textures"] == "procedural"


def test_in_python_it_stops_before_the_first_step(woven, parts):
    from synth_anomaly.data import MVTecAD
    from synth_anomaly.errors import DataError
    from synth_anomaly.method import create_method

    method = create_method("woven", preset="paper", settings={"backbone": {"name": "resnet18", "width": 4}})
    with pytest.raises(DataError, match="DTD"):
        method.fit(MVTecAD(str(parts), "bolt"), device="cpu")
