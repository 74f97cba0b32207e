import pytest

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Shape
from synth_anomaly.plugin import Component
from synth_anomaly.registry import Registry, import_target, registries
from synth_anomaly.synthesizers import Rectangle, WholeImage

RECTANGLE = "synth_anomaly.synthesizers:Rectangle"
WHOLE = "synth_anomaly.synthesizers:WholeImage"


@pytest.fixture
def registry():
    shapes = Registry("shape", Shape)
    shapes.add(Component("shape", "rectangle", RECTANGLE), "one")
    return shapes


def test_finds_by_name_by_full_name_and_by_import_path(registry):
    assert registry.load("rectangle") is Rectangle
    assert registry.load("one/rectangle") is Rectangle
    assert registry.load(WHOLE) is WholeImage


def test_an_import_path_is_refused_where_code_is_not_allowed(registry):
    with pytest.raises(ComponentError, match="--allow-code"):
        registry.load("os:system", allow_code=False)
    assert registry.load("rectangle", allow_code=False) is Rectangle


@pytest.mark.parametrize("name", ["rectangel", "one/rectangel"])
def test_an_unknown_name_suggests_the_nearest(registry, name):
    with pytest.raises(
        ComponentError, match=f"unknown shape '{name}': did you mean .*rectangle'\\?.*sat list shape"
    ):
        registry.load(name)


def test_a_clash_is_an_error_when_used_and_names_both(registry):
    registry.add(Component("shape", "rectangle", WHOLE), "two")
    with pytest.raises(ComponentError, match="one and two: write one/rectangle or two/rectangle"):
        registry.load("rectangle")
    assert registry.load("two/rectangle") is WholeImage
    assert registry.name_of(Rectangle) == "one/rectangle"


def test_a_clash_within_one_package_is_told_apart_by_import_paths(registry):
    registry.add(Component("shape", "rectangle", WHOLE), "one")
    with pytest.raises(ComponentError, match=f"write {RECTANGLE} or {WHOLE}"):
        registry.load("one/rectangle")


@pytest.mark.parametrize("target", ["nowhere_at_all:X", "synth_anomaly.synthesizers:Nothing"])
def test_what_cannot_be_imported_names_component_package_and_target(registry, target):
    registry.add(Component("shape", "gone", target), "two")
    with pytest.raises(ComponentError, match=f"shape 'gone' of two cannot be imported from {target}"):
        registry.load("gone")


def test_what_is_not_callable_is_refused(registry):
    registry.add(Component("shape", "text", "synth_anomaly:__version__"), "two")
    with pytest.raises(ComponentError, match="must be a class or a function"):
        registry.load("text")


def test_a_fallback_is_asked_last_and_names_what_it_gave():
    shapes = Registry("shape", Shape, lambda name: WholeImage if name == "WholeImage" else None)
    shapes.add(Component("shape", "rectangle", RECTANGLE), "one")
    assert shapes.load("rectangle") is Rectangle
    assert shapes.load("WholeImage", allow_code=False) is WholeImage
    assert shapes.name_of(WholeImage) == "WholeImage"
    assert shapes.name_of(Shape) is None


def test_nested_attributes_can_be_imported():
    assert import_target("pathlib:Path.home", "it") is not None


def test_registries_hold_each_kind():
    made = registries({"shape": Shape}, [("one", Component("shape", "rectangle", RECTANGLE))], {})
    assert [entry.full_name for entry in made["shape"].entries] == ["one/rectangle"]
