"""What was given is used or is an error; the demo stands in only where nothing was given."""

from importlib.metadata import EntryPoint

import pytest

from synth_anomaly.catalogue import Catalogue
from synth_anomaly.data import Demo, Folder, MVTecAD
from synth_anomaly.data.source import open_dataset, resolve
from synth_anomaly.discovery import discover
from synth_anomaly.errors import ComponentError, DataError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.delenv("SAT_DATA", raising=False)
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def test_nothing_given_is_the_demo_and_says_so():
    source = resolve(category="bottle")
    assert (source.dataset, source.root, source.categories) == ("demo", None, ("bottle",))
    assert source.is_demo
    assert "built-in demo" in source.notice
    assert "--data PATH" in source.notice


def test_all_and_one_and_none():
    assert resolve(category="all").categories == Demo.categories()
    with pytest.raises(DataError, match="'bottel': choose from bottle, carpet, grid, hazelnut"):
        resolve(category="bottel")
    with pytest.raises(DataError, match="choose from bottle, carpet, grid, hazelnut or all"):
        resolve()


@pytest.mark.parametrize("asked", ["all", "grid,bottle"])
def test_where_one_category_is_wanted_no_more_are_offered_or_taken(asked):
    with pytest.raises(DataError) as none:
        resolve(several=False)
    assert str(none.value).endswith("got none: choose from bottle, carpet, grid, hazelnut (--category)")
    with pytest.raises(DataError, match=f"expected one category of data set 'demo', got '{asked}': choose"):
        resolve(category=asked, several=False)
    assert resolve(category="grid", several=False).categories == ("grid",)


def test_several_categories_are_a_list():
    assert resolve(category="grid,bottle, grid").categories == ("grid", "bottle")
    with pytest.raises(DataError, match="'botle': choose from"):
        resolve(category="grid,botle")


def test_a_comma_in_a_name_is_no_list(make):
    make.mvtec("nuts,bolts")
    make.mvtec("nuts")
    assert resolve(data=str(make.root), category="nuts,bolts").categories == ("nuts,bolts",)


def test_argument_before_environment_before_usual_folder(make, monkeypatch):
    for place in ("given", "environment", "cwd/datasets/mvtec_ad"):
        make.mvtec(f"{place}/{place[0]}olt")
    usual = resolve()
    assert (usual.dataset, usual.categories, usual.notice) == ("mvtec_ad", ("colt",), "")
    monkeypatch.setenv("SAT_DATA", str(make.root / "environment"))
    assert resolve().categories == ("eolt",)
    assert resolve(data=str(make.root / "given")).categories == ("golt",)
    assert resolve(dataset="demo", category="grid").is_demo


@pytest.mark.parametrize("broken", ["nowhere", "empty", "file.png"])
def test_a_wrong_path_is_an_error_and_never_the_demo(make, monkeypatch, broken):
    (make.root / "empty").mkdir()
    make.image("file.png")
    path = str(make.root / broken)
    with pytest.raises(DataError, match=f"{broken}.*check --data"):
        resolve(data=path, category="bottle")
    monkeypatch.setenv("SAT_DATA", path)
    with pytest.raises(DataError, match=rf"{broken}.*check \$SAT_DATA"):
        resolve(category="bottle")


def test_a_usual_folder_that_is_wrong_is_an_error_too(make):
    (make.root / "cwd/datasets/mvtec_ad").mkdir(parents=True)
    with pytest.raises(DataError, match=r"looked for <category>/train/good.*--dataset demo"):
        resolve(category="bottle")


def test_path_of_one_category(make, monkeypatch):
    make.mvtec("nut")
    root = make.mvtec("bolt")
    for dataset in (None, "mvtec_ad"):
        for path in (f"{root}/bolt", "."):
            monkeypatch.chdir(f"{root}/bolt")
            source = resolve(dataset, path)
            assert (source.dataset, source.root, source.categories) == ("mvtec_ad", root, ("bolt",))
    with pytest.raises(DataError, match="got 'nut': choose from bolt"):
        resolve(data=f"{root}/bolt", category="nut")


def test_plain_folders(make):
    for number, place in enumerate(("direct", "train/train", "both/train/good")):
        make.image(f"{place}/{number}.png")
    for folder in ("direct", "train", "both"):
        source = resolve(data=str(make.root / folder))
        assert (source.dataset, source.categories) == ("folder", (folder,))
    several = resolve(data=str(make.root / "both" / ".."), category="all")
    assert several.dataset == "folder"
    assert several.categories == ("both", "direct", "train")


def test_the_kinds_of_a_test_set_are_no_categories(make):
    root = make.mvtec("bolt")
    with pytest.raises(DataError, match="expected images of good parts"):
        resolve(data=f"{root}/bolt/test", category="good")


def test_opening(make, components):
    root = make.mvtec("bolt")
    source = resolve(data=root)
    opened = open_dataset(source, "bolt", components=components)
    assert isinstance(opened, MVTecAD)
    described = components.describe("dataset", opened)
    assert described.items() >= {"name": "mvtec_ad", "root": root, "category": "bolt"}.items()
    demo = open_dataset(resolve(category="grid"), "grid", options={"size": 64}, components=components)
    assert (demo.category, demo.size) == ("grid", 64)
    folder = open_dataset(resolve("folder", root, components=components), "bolt", components=components)
    assert isinstance(folder, Folder)
    assert len(folder.train()) == 4


def test_named_data_sets(make, components):
    with pytest.raises(DataError, match=r"'folder' needs a folder, got none from --data, SAT_DATA or"):
        resolve("folder", components=components)
    with pytest.raises(DataError, match="'demo' reads no files, got --data"):
        resolve("demo", str(make.root), components=components)
    with pytest.raises(DataError, match=r"nowhere.*check --data"):
        resolve("mvtec_ad", str(make.root / "nowhere"), components=components)
    with pytest.raises(ComponentError, match="unknown dataset 'mvtek_ad': did you mean 'mvtec_ad'"):
        resolve("mvtek_ad", components=components)
    with pytest.raises(DataError, match=r"layout of dataset 'kolektor_sdd2' in .*it looks like .mvtec_ad."):
        resolve("kolektor_sdd2", make.mvtec("bolt"), components=components)


PLUGIN = """
from synth_anomaly.plugin import Component, hookimpl

class Belt:
    name = "belt"

    def __init__(self, root: str, category: str) -> None:
        self.root, self.category = root, category

    def train(self):
        return []

    def test(self):
        return []

@hookimpl
def sat_components():
    yield Component("dataset", "belt", "sat_belt_for_test:Belt", "a data set of somebody else's")
"""


def test_data_set_of_a_plugin(make, monkeypatch):
    (make.root / "sat_belt_for_test.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(make.root))
    components = Catalogue(discover(found=[EntryPoint("belt", "sat_belt_for_test", "synth_anomaly")]))
    (make.root / "cwd/datasets/belt").mkdir(parents=True)
    source = resolve("belt", category="left", components=components)
    assert source.categories == ("left",)
    opened = open_dataset(source, "left", components=components)
    assert (opened.root, opened.category) == ("datasets/belt", "left")
    with pytest.raises(DataError, match="got 'all': it lists none, so name one"):
        resolve("belt", category="all", components=components)
