"""`sat run --textures`: whose textures a run shows, and where it says so."""

import sys
import tomllib
import types
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.catalogue import Catalogue, catalogue
from synth_anomaly.discovery import discover
from synth_anomaly.errors import OptionError
from synth_anomaly.plugin import Component
from synth_anomaly.runs import texture_notes, textures_of, with_textures
from synth_anomaly.synthesizers import Rectangle, Texture

TEXTURED = (
    '--set=synthesizer={name="cutpaste",fill={name="successive",fills=["texture","texture-operations"]}}'
)
NEEDY = '--set=synthesizer={name="cutpaste",fill={name="texture",procedural=false}}'


@pytest.fixture
def textures(tmp_path):
    folder = tmp_path / "textures" / "dotted"
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0)
    for number in range(2):
        Image.fromarray(noise.integers(0, 256, (20, 24, 3), np.uint8)).save(folder / f"{number}.png")
    return folder.parent


def fills_of(said):
    """Return the fills that a run's recipe states."""
    recipe = tomllib.loads((said.folder / "recipe.toml").read_text())
    fill = recipe["settings"]["synthesizer"]["fill"]
    return fill.get("fills", [fill])


def test_made_textures_are_said_on_the_terminal_in_the_figures_and_on_the_page(sat, parts):
    said = sat.run("--data", parts, "--category=bolt", TEXTURED)
    assert said.stderr.count("textures are made by rule") == 1
    assert said.metrics["textures"] == "procedural"
    assert any("made by rule" in note for note in said.metrics["notes"])
    assert "textures are made by rule" in (said.folder / "report.html").read_text()


def test_many_categories_say_it_once(sat, parts):
    said = sat.run("--data", parts, "--category=all", TEXTURED)
    assert said.stderr.count("textures are made by rule") == 1


def test_a_folder_reaches_every_texture_and_is_said(sat, parts, textures):
    said = sat.run("--data", parts, "--category=bolt", TEXTURED, "--textures", "textures")
    assert "made by rule" not in said.stderr
    assert said.metrics["textures"] == str(textures)
    assert fills_of(said)[0] == {"name": "texture", "folder": str(textures), "procedural": True}
    again = sat("run", said.folder / "recipe.toml", "--device=cpu")
    assert again.metrics["metrics"] == said.metrics["metrics"]
    assert again.metrics["textures"] == str(textures)
    evaluated = sat("evaluate", said.folder, "--device=cpu")
    assert evaluated.code == 0, evaluated.stderr


def test_the_contact_sheet_names_the_textures(sat, parts, monkeypatch):
    written = []
    from synth_anomaly.reporting import results

    sheet = results.evaluation_sheet
    monkeypatch.setattr(
        results, "evaluation_sheet", lambda *given, **named: written.append(named) or sheet(*given, **named)
    )
    assert sat.run("--data", parts, "--category=bolt", TEXTURED).code == 0
    assert written[0]["subtitle"].endswith("textures: procedural")


def test_a_run_without_textures_says_nothing_of_them(sat, parts, one_run):
    assert "textures" not in (one_run / "metrics.json").read_text()
    sat.run("--data", parts, "--category=bolt", "--textures", "textures").refuses("leave out --textures")


def test_a_needed_folder_stops_the_run_before_it_begins(sat, parts, textures, tmp_path):
    said = sat.run("--data", parts, "--category=bolt", NEEDY)
    assert said.refuses("DTD", "https://www.robots.ox.ac.uk/~vgg/data/dtd/", "--textures PATH")
    assert not (tmp_path / "runs").exists()
    given = sat.run("--data", parts, "--category=bolt", NEEDY, "--textures", textures)
    assert given.metrics["textures"] == str(textures)


@pytest.mark.parametrize(("folder", "message"), [("nowhere", "got nothing"), ("parts/none", "got none")])
def test_a_folder_without_textures_stops_the_run_before_it_begins(sat, parts, tmp_path, folder, message):
    (parts / "none").mkdir()
    said = sat.run("--data", parts, "--category=bolt", TEXTURED, "--textures", folder)
    assert said.refuses(folder, message)
    assert not (tmp_path / "runs").exists()


def test_a_recipe_that_names_its_textures_keeps_them(sat, parts, textures):
    said = sat.run("--data", parts, "--category=bolt", TEXTURED, "--textures", textures)
    again = sat("run", said.folder, "--textures", textures.parent)
    assert again.refuses("already", str(textures))


def test_textures_are_read_before_the_first_step(sat, parts, textures, tmp_path):
    (textures / "broken.png").write_bytes(b"no image")
    (textures / "dotted/cut.jpg").write_bytes(b"no image")
    said = sat.run("--data", parts, "--category=bolt", TEXTURED, "--textures", textures)
    assert said.refuses("broken.png", "dotted/cut.jpg", "remove or replace")
    assert "stage" not in said.stderr
    assert not any((tmp_path / "runs").iterdir())
    assert sat("synth", "draem", "--size=16", "--textures", textures).refuses("broken.png", "cut.jpg")
    assert not (tmp_path / "synth").exists()


def test_textures_left_out_are_said(sat, parts, textures, monkeypatch):
    monkeypatch.setattr("synth_anomaly.synthesizers.texture_bank.BUDGET_BYTES", 3 * 32 * 32)
    line = f"textures: 1 of the 2 in {textures} are used"
    said = sat.run("--data", parts, "--category=bolt", TEXTURED, "--textures", textures)
    assert line in said.stderr
    assert any(line in note for note in said.metrics["notes"])
    assert line in (said.folder / "report.html").read_text()
    said = sat("synth", "draem", "--size=32", "--count=2", "--textures", textures)
    assert line in said.stderr
    assert line in (said.folder / "synthesis.json").read_text()


def described(spec):
    return catalogue().describe("synthesizer", catalogue().build("synthesizer", spec))


def test_fills_only_what_has_no_folder():
    own, other = ({"name": "texture", "folder": "/own"}, {"name": "texture"})
    parts = [{"name": "cutpaste", "fill": fill} for fill in (own, other, "elsewhere")]
    table = described({"name": "mixed", "synthesizer": {"name": "one-of", "synthesizers": parts}})
    assert textures_of("synthesizer", table) == "/own, procedural"
    assert len(texture_notes("synthesizer", table)) == 1
    filled = with_textures("synthesizer", table, "/given")
    assert textures_of("synthesizer", filled) == "/own, /given"
    assert texture_notes("synthesizer", filled) == ()
    assert described(filled) == filled
    assert textures_of("synthesizer", table) == "/own, procedural"


def test_what_shows_no_texture_is_refused():
    with pytest.raises(OptionError, match="leave out --textures"):
        with_textures("synthesizer", described("cutpaste"), "/given")
    assert textures_of("synthesizer", described("cutpaste")) is None


@dataclass(frozen=True)
class OfNoTexture(Rectangle):
    """A shape that is called texture."""

    texture: str = "smooth"


class MyTexture(Texture):
    """A texture of somebody else's."""


def test_textures_are_told_by_their_kind(sat, parts, monkeypatch, tmp_path):
    components = Catalogue(discover())
    monkeypatch.setattr("synth_anomaly.parts.catalogue", lambda: components)
    registry = components.registry("shape")
    registry.add(Component("shape", "texture", f"{__name__}:OfNoTexture"), "sat-mine")
    components.registry("fill").add(Component("fill", "mine", f"{__name__}:MyTexture"), "sat-mine")
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or types.SimpleNamespace())
    monkeypatch.setattr(sys.modules[__name__], "OfNoTexture", OfNoTexture, raising=False)
    monkeypatch.setattr(sys.modules[__name__], "MyTexture", MyTexture, raising=False)
    smooth = {"name": "paste", "shape": {"name": "texture"}, "fill": "elsewhere"}
    assert textures_of("synthesizer", smooth) is None
    with pytest.raises(OptionError, match="leave out --textures"):
        with_textures("synthesizer", smooth, "/given")
    both = smooth | {"fill": {"name": "successive", "fills": ["texture", {"name": "mine"}]}}
    filled = with_textures("synthesizer", both, "/given")
    assert filled["shape"] == {"name": "texture"}
    assert filled["fill"]["fills"] == [
        {"name": "texture", "folder": "/given"},
        {"name": "mine", "folder": "/given"},
    ]
    assert textures_of("method", {"name": "segmentation", "synthesizer": filled}) == "/given"


def test_relative_paths_hold_from_any_folder(sat, parts, textures, tmp_path, monkeypatch):
    maps = tmp_path / "maps"
    maps.mkdir()
    for number in range(4):
        Image.fromarray(np.full((8, 8), 255, np.uint8)).save(maps / f"{number:03d}.png")
    masked = '--set=synthesizer.shape={name="drawn-masks",folder="maps"}'
    asked = ("--data=parts", "--category=bolt", TEXTURED, masked, "--guide=maps", "--textures=textures")
    said = sat.run(*asked)
    recipe = tomllib.loads((said.folder / "recipe.toml").read_text())
    assert recipe["settings"]["guide"]["folder"] == str(maps)
    assert recipe["settings"]["synthesizer"]["shape"]["folder"] == str(maps)
    folder = said.folder.absolute()
    (folder / "metrics.json").unlink()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert sat("run", "--resume", folder, "--device=cpu").code == 0
    own = '[settings]\nsynthesizer = {name = "cutpaste", shape = {name = "drawn-masks", folder = "maps"}}\n'
    text = 'recipe = 1\nmethod = "segmentation"\n[data]\nroot = "parts"\ncategory = "bolt"\n' + own
    (tmp_path / "mine.toml").write_text(text)
    again = sat("run", "../mine.toml", *sat.tiny)
    assert Path(again.metrics["root"]).resolve() == parts.resolve()
    typed = sat("run", "../mine.toml", *sat.tiny, "--set=synthesizer.shape.folder=../maps")
    recipe = tomllib.loads((typed.folder / "recipe.toml").read_text())
    assert recipe["settings"]["synthesizer"]["shape"]["folder"] == str(tmp_path / "elsewhere/../maps")
