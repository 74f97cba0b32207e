"""Relative paths: a recipe's begin at its folder, those that are typed at the working folder; records are
absolute."""

import tomllib
from pathlib import Path
from typing import Annotated

import pytest

from synth_anomaly.catalogue import catalogue
from synth_anomaly.interfaces import IsPath, PathText
from synth_anomaly.options import options_of
from synth_anomaly.pipeline import Pipeline
from synth_anomaly.recipe import Recipe
from synth_anomaly.rooted import rooted_settings

RECIPE = """
recipe = 1
method = "segmentation"

[data]
dataset = "folder"
root = "parts"

[settings]
guide = {name = "drawn-guides", folder = "maps"}
backbone = {name = "resnet18", weights = "net.pth"}

[settings.synthesizer]
name = "one-of"
synthesizers = [
    {name = "draem", fill = {name = "successive", fills = [{name = "texture", folder = "../dtd"}]}},
    {name = "paste", shape = {name = "several", shape = {name = "drawn-masks", folder = "~/masks"}}},
    "cutpaste",
]
"""


@pytest.fixture
def written(tmp_path):
    (tmp_path / "home").mkdir()
    path = tmp_path / "home/recipe.toml"
    path.write_text(RECIPE)
    return path


def paths_of(settings):
    textured, masked, _ = settings["synthesizer"]["synthesizers"]
    return [
        settings["guide"]["folder"],
        settings["backbone"]["weights"],
        textured["fill"]["fills"][0]["folder"],
        masked["shape"]["shape"]["folder"],
    ]


def test_paths_in_a_recipe_begin_at_its_folder(written, monkeypatch):
    monkeypatch.chdir(written.parent.parent)
    home = written.parent
    for path in (Path("home/recipe.toml"), Path("home")):
        recipe = Recipe.read(path)
        assert recipe.data.root == str(home / "parts")
        expected = [home / "maps", home / "net.pth", home / "../dtd", Path("~/masks").expanduser()]
        assert paths_of(recipe.settings) == [str(path) for path in expected]
        assert recipe.settings["synthesizer"]["synthesizers"][2] == "cutpaste"


def test_what_is_absolute_stays(written):
    recipe = Recipe.read(written)
    assert recipe.rooted(Path("/elsewhere")) == recipe


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ('guide = {folder = "maps", name = "drawn-guides"}', ("guide", "folder")),
        (
            'synthesizer = {shape = {name = "drawn-masks", folder = "maps"}}',
            ("synthesizer", "shape", "folder"),
        ),
        (
            'synthesizer = {name = "draem", fill = {fills = {0 = {folder = "maps"}}}}',
            ("synthesizer", "fill", "fills", "0", "folder"),
        ),
        ('backbone = {weights = "maps"}', ("backbone", "weights")),
    ],
)
def test_paths_are_found_where_a_default_or_a_preset_says_the_name(tmp_path, settings, place):
    text = f'recipe = 1\nmethod = "segmentation"\n[settings]\n{settings}\n'
    (tmp_path / "recipe.toml").write_text(text)
    value = Recipe.read(tmp_path).settings
    for key in place:
        value = value[key]
    assert value == str(tmp_path / "maps")


def test_paths_are_found_beside_a_preset_that_names_nothing(tmp_path, monkeypatch):
    mine = {"synthesizer": {"visible": 0.1}, "guide": {"name": "drawn-guides"}, "backbone": "resnet18"}
    monkeypatch.setitem(Pipeline.presets, "mine", mine)
    settings = {
        "synthesizer": {"shape": {"name": "drawn-masks", "folder": "maps"}},
        "guide": {"folder": "maps"},
        "backbone": {"weights": "maps"},
    }
    rooted = rooted_settings("segmentation", "mine", settings, tmp_path)
    maps = str(tmp_path / "maps")
    assert rooted["synthesizer"]["shape"] == {"name": "drawn-masks", "folder": maps}
    assert rooted["guide"] == {"folder": maps}
    assert rooted["backbone"] == {"weights": maps}


def test_names_are_no_paths_and_what_is_unknown_stays(tmp_path):
    text = """
        recipe = 1
        method = "segmentation"
        [settings]
        guide = {name = "no-such", folder = "maps"}
        backbone = {name = "resnet18", weights = "imagenet"}
        synthesizer = {name = "draem", fill = {name = "texture", folder = "none"}}
    """
    (tmp_path / "recipe.toml").write_text(text)
    assert Recipe.read(tmp_path).settings == tomllib.loads(text)["settings"]
    (tmp_path / "recipe.toml").write_text(text.replace('"segmentation"', '"no-such"'))
    assert Recipe.read(tmp_path).settings == tomllib.loads(text)["settings"]


def test_the_file_of_a_trusted_network_is_found(tmp_path):
    text = 'recipe = 1\nmethod = "segmentation"\n[settings]\nguide = {name = "model-file", path = "net.pt"}\n'
    (tmp_path / "recipe.toml").write_text(text)
    assert Recipe.read(tmp_path, allow_code=True).settings["guide"]["path"] == str(tmp_path / "net.pt")


def test_what_a_method_records_is_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    masks = {"name": "drawn-masks", "folder": "masks"}
    method = Pipeline(
        "quick",
        guide={"name": "drawn-guides", "folder": "maps"},
        backbone={"name": "resnet18", "width": 4, "weights": "net.pth"},
        synthesizer={"name": "draem", "shape": masks, "fill": {"name": "texture", "folder": "dtd"}},
    )
    settings = method.recipe().settings
    assert settings["guide"]["folder"] == str(tmp_path / "maps")
    assert settings["backbone"]["weights"] == str(tmp_path / "net.pth")
    assert settings["synthesizer"]["shape"]["folder"] == str(tmp_path / "masks")
    assert settings["synthesizer"]["fill"]["folder"] == str(tmp_path / "dtd")
    imagenet = Pipeline("quick", backbone={"name": "resnet18", "weights": "imagenet"}).recipe()
    assert imagenet.settings["backbone"]["weights"] == "imagenet"


def test_options_that_are_paths():
    def make(
        first: PathText,
        second: PathText | None = None,
        third: tuple[PathText, ...] = (),
        fourth: Path | None = None,
        fifth: Annotated[str, IsPath(("auto",))] = "auto",
        sixth: str = "x",
    ) -> None: ...

    options = options_of(make)
    assert [option.path is not None for option in options.values()] == [True] * 5 + [False]
    assert options["first"].type_name == "str"
    assert options["third"].absolute(["a", "/b"], Path("/home")) == ["/home/a", "/b"]
    assert options["second"].absolute(None) is None
    assert options["fifth"].absolute("auto", Path("/home")) == "auto"
    assert options["sixth"].absolute("a", Path("/home")) == "a"


def test_every_option_called_folder_or_path_is_one():
    for kind in ("shape", "fill", "guide", "backbone"):
        for entry in catalogue().registry(kind).entries:
            target = catalogue().registry(kind).load(entry.full_name)
            for name in {"folder", "path", "weights"} & set(options_of(target)):
                assert options_of(target)[name].path is not None, (kind, entry.full_name, name)
