"""What a trained method needs later: packages are recorded, and what is missing is called missing."""

import sys
import tomllib
from dataclasses import dataclass, replace
from types import ModuleType

import pytest
import tomli_w

from synth_anomaly import load_method
from synth_anomaly.catalogue import catalogue
from synth_anomaly.discovery import Plugin
from synth_anomaly.errors import ComponentError, RecipeError
from synth_anomaly.method import create_method
from synth_anomaly.needs import Missing, other_versions, packages_of, reason_of
from synth_anomaly.plugin import Component
from synth_anomaly.synthesizers import cutpaste
from synth_anomaly.testing import fit_small, last_path, random_images, sat, write_data_set

OFFERS = {"synthesizer": "Scratches", "guide": "Middle", "scorer": "Highest", "dataset": "Parts"}


@dataclass(frozen=True)
class Scratches:
    """A plugin's synthesizer."""

    seldom: bool = False

    def __call__(self, images, generator, *, guide=None, donors=None):
        return cutpaste()(images, generator, guide=guide, donors=donors)


@dataclass(frozen=True)
class Middle:
    """A plugin's guide."""

    def __call__(self, images):
        return images[:, :1] * 0 + 1


@dataclass(frozen=True)
class Highest:
    """A plugin's scorer."""

    def __call__(self, outputs, images):
        return catalogue().build("scorer", "max")(outputs, images)


class Machine:
    """What is installed: a plugin, which can be left out, removed, broken, or of another version."""

    def __init__(self):
        self.catalogue = catalogue()
        self.plugins = self.catalogue.plugins
        self.found = self.plugins.found
        self.registries = {kind: self.catalogue.registry(kind) for kind in OFFERS}
        self.entries = {kind: list(registry._entries) for kind, registry in self.registries.items()}

    def install(self, version="1.2"):
        self.remove()
        components = tuple(Component(kind, name.lower(), f"sat_mine:{name}") for kind, name in OFFERS.items())
        plugin = Plugin("mine", "sat-mine", version, "sat_mine", components=components)
        self.plugins.found = (*self.found, plugin)
        for component in components:
            self.registries[component.kind].add(component, "sat-mine")

    def change(self, **state):
        """Take its components away and say why."""
        self.remove()
        self.plugins.found = (*self.found, Plugin("mine", "sat-mine", "1.2", "sat_mine", **state))

    def remove(self):
        self.plugins.found = self.found
        for kind, registry in self.registries.items():
            registry._entries = list(self.entries[kind])


@pytest.fixture
def machine(monkeypatch):
    module = ModuleType("sat_mine")
    for name in OFFERS.values():
        setattr(module, name, globals().get(name))
    for name in ("Scratches", "Middle", "Highest"):
        monkeypatch.setattr(globals()[name], "__module__", "sat_mine")
    monkeypatch.setitem(sys.modules, "sat_mine", module)
    made = Machine()
    made.install()
    yield made
    made.remove()


@pytest.fixture
def saved(machine, small, tmp_path):
    """Saves a small method that was trained with the plugin's synthesizer and guide, or others."""

    def save(**settings):
        chosen = settings or {"synthesizer": "scratches", "guide": "middle"}
        fit_small(small(**chosen), random_images(), warn=lambda _: None).save(tmp_path / "run")
        return tmp_path / "run"

    return save


def said(folder):
    """Return the method in a folder, and what loading it warned of."""
    lines = []
    return load_method(folder, warn=lines.append), lines


def test_recipes_record_the_packages_of_all_components(saved):
    table = tomllib.loads((saved() / "recipe.toml").read_text())
    assert table["packages"] == {
        "sat-mine": "1.2",
        "synth-anomaly": catalogue().plugins.found[0].version,
    }
    assert table["settings"]["synthesizer"]["name"] == "sat-mine/scratches"
    assert packages_of(("synthesizer", "cutpaste")).keys() == {"synth-anomaly"}
    assert packages_of(("augmentation", "RandomErasing")).keys() == {"kornia"}


def test_what_training_alone_needs_may_be_missing(saved, machine, assert_same):
    folder = saved()
    expected = load_method(folder).predict(random_images(2))
    machine.remove()
    method, lines = said(folder)
    assert_same(method.predict(random_images(2)), expected)
    assert ["needs sat-mine 1.2 (pip install sat-mine==1.2)" in line for line in lines] == [True, True]
    assert method.recipe().settings == {
        **method.recipe().settings,
        "synthesizer": {"name": "sat-mine/scratches", "seldom": False},
        "guide": {"name": "sat-mine/middle"},
    }
    with pytest.raises(ComponentError, match=r"needs sat-mine 1\.2 \(pip install"):
        method.fit(random_images())
    with pytest.raises(ComponentError, match=r"needs sat-mine 1\.2 \(pip install"):
        method.settings.synthesizer(None, None)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "needs sat-mine 1.2 (pip install sat-mine==1.2)"),
        ({"status": "disabled", "detail": "disabled by you"}, "is left out by --no-plugin"),
        ({"status": "failed", "detail": "ImportError: of design; reinstall it"}, "ImportError: of design"),
    ],
)
def test_what_prediction_needs_is_called_missing(saved, machine, state, words):
    folder = saved(scorer="highest")
    machine.change(**state) if state else machine.remove()
    with pytest.raises(ComponentError) as caught:
        load_method(folder)
    assert "scorer 'sat-mine/highest'" in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_version_is_a_warning(saved, machine):
    folder = saved()
    assert said(folder)[1] == []
    machine.install("2.0")
    method, lines = said(folder)
    assert method.trained
    assert lines == [f"sat-mine is installed as 2.0: {folder} was written with 1.2"]
    assert other_versions({"sat-mine": "2.0", "absent": "1"}, "it") == []


def test_a_name_that_another_version_lacks(saved, machine):
    folder = saved(scorer="highest")
    machine.install("2.0")
    machine.registries["scorer"]._entries.pop()
    with pytest.raises(ComponentError, match=r"needs sat-mine 1\.2, and sat-mine is installed as 2\.0"):
        said(folder)


def test_a_missing_method_is_called_missing(saved, machine):
    folder = saved()
    path = folder / "recipe.toml"
    table = tomllib.loads(path.read_text())
    path.write_text(tomli_w.dumps({**table, "method": "sat-mine/method"}))
    machine.remove()
    with pytest.raises(ComponentError, match=r"method 'sat-mine/method' needs sat-mine 1\.2"):
        load_method(folder)


def test_an_unknown_name_stays_unknown(trained, tmp_path):
    trained.save(tmp_path)
    path = tmp_path / "recipe.toml"
    table = tomllib.loads(path.read_text())
    table["settings"]["head"] = "unet-decodr"
    path.write_text(tomli_w.dumps(table))
    with pytest.raises(ComponentError, match="did you mean 'unet-decoder'"):
        load_method(tmp_path)


def test_the_command_line_says_the_same(machine, tmp_path):
    data = write_data_set(tmp_path / "parts", "bolt")
    tiny = ["--set=size=32", "--set=steps=1", "--set=batch_size=2", "--set=backbone.width=4", "--device=cpu"]
    done = sat(
        "run", "segmentation", "--data", data, "--synthesizer=scratches", *tiny, "--out", tmp_path / "r"
    )
    run = last_path(done)
    machine.change(status="disabled", detail="disabled by you")
    predicted = sat("predict", run, data / "bolt/test/hole", "--out", tmp_path / "new")
    assert (last_path(predicted) / "scores.csv").is_file()
    assert predicted.stderr.count("is left out by --no-plugin") == 1
    assert sat("evaluate", run, "--out", tmp_path / "again").exit_code == 0
    again = sat("run", run, "--out", tmp_path / "r")
    assert again.exit_code == 2
    assert again.stderr.startswith("error: synthesizer 'sat-mine/scratches' needs sat-mine 1.2")
    machine.install("2.0")
    rerun = sat("run", run, "--out", tmp_path / "r")
    assert "sat-mine is installed as 2.0: the recipe was written with 1.2" in rerun.stderr
    assert '"sat-mine is installed as 2.0' in (last_path(rerun) / "metrics.json").read_text()


def test_pieces_of_a_script_are_told_of_and_need_not_be_there(machine, small, tmp_path, monkeypatch):
    monkeypatch.setattr(Scratches, "__module__", "__main__")
    monkeypatch.setattr(sys.modules["__main__"], "Scratches", Scratches, raising=False)
    machine.remove()
    with pytest.warns(UserWarning, match="Scratches is defined in this script or notebook"):
        made = small(synthesizer=Scratches())
    fit_small(made, random_images(), warn=lambda _: None).save(tmp_path)
    monkeypatch.delattr(sys.modules["__main__"], "Scratches")
    method, lines = said(tmp_path)
    assert "put its class into a module" in lines[0]
    assert method.predict(random_images(1)).scores.shape == (1,)


def test_packages_stay_in_a_recipe_that_is_changed(trained):
    recipe = trained.recipe()
    assert replace(recipe, seed=3).packages == recipe.packages == trained.recipe().packages
    with pytest.raises(RecipeError, match="format 9"):
        type(recipe).from_table({**recipe.table(), "recipe": 9}, "it")
    again = create_method(recipe.method, preset=recipe.preset, settings=recipe.settings)
    assert again.recipe() == recipe


def test_what_is_absent_is_blamed_before_what_has_another_version():
    missing = Missing("synthesizer", "scratches", "unknown")
    said = reason_of(missing, {"numpy": "1.0", "sat-mine": "1.2"})
    assert "needs sat-mine 1.2 (pip install sat-mine==1.2)" in said
    assert "numpy" not in said
    assert "needs numpy 1.0, and numpy is installed as" in reason_of(missing, {"numpy": "1.0"})
    assert reason_of(missing, {}) == "unknown"
