import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_anomaly.catalogue import Catalogue, build_network, catalogue
from synth_anomaly.discovery import Plugin, Plugins, discover
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.heads import ConvDecoder, UNetDecoder
from synth_anomaly.interfaces import Augmentation, Backbone, Head, Shape, Synthesizer
from synth_anomaly.losses import Focal
from synth_anomaly.pipeline import Pipeline
from synth_anomaly.plugin import Component
from synth_anomaly.specification import merge, overriding
from synth_anomaly.synthesizers import Chain, Paste, Rectangle, WholeImage, cutpaste

CUTPASTE = cutpaste()
CODE = "synth_anomaly.synthesizers:Rectangle"


@pytest.fixture(scope="module")
def components():
    return catalogue()


def test_a_name_a_table_and_an_object_build_the_same(components):
    shape = Rectangle()
    assert components.build("shape", "rectangle") == components.build("shape", {"name": "rectangle"}) == shape
    assert components.build("shape", shape) is shape


def test_options_reach_inside_defaults(components):
    built = components.build("synthesizer", {"name": "cutpaste", "shape": {"area": [0.02, 0.1]}})
    assert built == cutpaste(shape=Rectangle(area=(0.02, 0.1)))


def test_a_table_without_name_changes_a_default_object(components):
    built = components.build("synthesizer", {"shape": {"area": [0.1, 0.1]}}, default=cutpaste())
    assert built == cutpaste(shape=Rectangle(area=(0.1, 0.1)))
    replaced = components.build("synthesizer", {"shape": "whole-image"}, default=cutpaste())
    assert replaced == cutpaste(shape=WholeImage())


def test_a_table_without_name_changes_a_default_name(components):
    assert components.build("loss", {"gamma": 1}, default="focal").gamma == 1.0


@pytest.mark.parametrize("default", [None, {}])
def test_a_table_without_name_needs_a_default(components, default):
    with pytest.raises(ComponentError, match="add name = "):
        components.build("loss", {"gamma": 1}, default=default)


def test_lists_of_components_are_built(components):
    built = components.build(
        "synthesizer", {"name": "chain", "synthesizers": ["cutpaste", {"name": "cutpaste"}]}
    )
    assert built == Chain((cutpaste(), cutpaste()))


@pytest.mark.parametrize(
    ("kind", "spec", "message"),
    [
        ("shape", {"name": "rectangle", "aera": 1}, "no option 'aera': did you mean 'area'"),
        ("shape", {"name": "rectangle", "area": 1}, "option 'area' takes two numbers, such as "),
        ("shape", {"name": "rectangle", "area": [1, 0.5]}, "shape 'rectangle': area must be"),
        ("synthesizer", "mixed", r"needs option 'synthesizer': give it a synthesizer"),
        ("synthesizer", {"name": "mixed", "synthesizer": "none"}, "takes a synthesizer, got 'none'"),
        ("synthesizer", {"name": "mixed", "synthesizer": None}, "takes a synthesizer, got None"),
        (
            "synthesizer",
            {"name": "chain", "synthesizers": "cutpaste"},
            "takes a list of synthesizer components",
        ),
        ("synthesizer", {"name": "cutpaste", "shape": {"name": "rectangel"}}, "did you mean 'rectangle'"),
        ("shape", 3, r"expected a shape, got 3: name one \(see sat list shape\)"),
        ("augmentation", 3, "expected an augmentation, got 3"),
        ("shape", Rectangle, "got the class Rectangle: call it first"),
        ("sheep", "dolly", "unknown kind 'sheep': did you mean 'shape'"),
        ("synthesizer", {"name": "cutpaste", "shape": "synth_anomaly.losses:Focal"}, "expected a shape"),
    ],
)
def test_mistakes_say_what_was_expected(components, kind, spec, message):
    with pytest.raises(ComponentError, match=message):
        components.build(kind, spec)


@dataclass(frozen=True, kw_only=True)
class Settings:
    synthesizer: Synthesizer = CUTPASTE
    backbone: Backbone | str | Mapping[str, Any] = "resnet18"
    heads: tuple[Head, ...] = ()
    wrapper: Backbone | str | Mapping[str, Any] | None = None
    augment: Augmentation | None = None


class Wrapping:
    """A backbone around another."""

    channels = (1,)
    strides = (1,)

    def __init__(self, inner: Backbone | str | Mapping[str, Any] = "resnet18", extra: tuple[Shape, ...] = ()):
        self.inner = inner
        self.extra = extra

    def __call__(self, images):
        return [images]


KEEP = frozenset({"backbone", "head"})


def arguments(table, **options):
    return catalogue().arguments(Settings, table, "it", keep=KEEP, **options)


@pytest.fixture
def wrapping(monkeypatch):
    plugin = Plugin(
        "w", "sat-w", "1", "w", components=(Component("backbone", "wrapping", f"{__name__}:Wrapping"),)
    )
    found = discover()
    made = Catalogue(Plugins((*found.found, plugin)))
    monkeypatch.setattr("synth_anomaly.catalogue.networks.catalogue", lambda: made)
    monkeypatch.setitem(globals(), "catalogue", lambda: made)
    return made


@pytest.mark.parametrize(
    "table",
    [
        {"synthesizer": CODE},
        {"synthesizer": {"name": "cutpaste", "shape": CODE}},
        {"synthesizer": {"shape": {"name": CODE}}},
        {"synthesizer": {"name": "chain", "synthesizers": ["cutpaste", {"name": "cutpaste", "shape": CODE}]}},
        {"backbone": CODE},
        {"backbone": {"name": CODE}},
        {"backbone": {"name": "wrapping", "inner": CODE}},
        {"backbone": {"name": "wrapping", "inner": {"name": "wrapping", "inner": {"name": CODE}}}},
        {"backbone": {"name": "wrapping", "extra": ["rectangle", CODE]}},
        {"heads": ["unet-decoder", CODE]},
        {"augment": CODE},
    ],
)
def test_code_is_refused_at_any_depth(wrapping, table):
    with pytest.raises(ComponentError, match="--allow-code"):
        arguments(table, allow_code=False)


def test_kept_specifications_are_checked_and_stay_specifications(wrapping):
    made = arguments({"backbone": {"width": 8, "out_levels": [1, 2]}, "heads": ["unet-decoder"]})
    assert made["backbone"] == {"name": "resnet18", "width": 8, "out_levels": (1, 2)}
    assert made["heads"] == ({"name": "unet-decoder"},)
    nested = arguments({"backbone": {"name": "wrapping", "inner": {"width": 8}, "extra": ["rectangle"]}})
    assert nested["backbone"]["inner"] == {"name": "resnet18", "width": 8}
    with pytest.raises(OptionError, match="no option 'widht': did you mean 'width'"):
        arguments({"backbone": {"widht": 8}})
    with pytest.raises(OptionError, match="option 'width' takes a whole number"):
        arguments({"backbone": {"name": "wrapping", "inner": {"width": "wide"}}})


def test_none_leaves_an_optional_component_out(components):
    assert arguments({"augment": "none", "wrapper": "none"}) == {"augment": None, "wrapper": None}


def test_settings_are_described_and_built_again(components):
    settings = Settings(**arguments({"backbone": {"out_levels": [1, 2]}, "augment": "flips"}))
    table = components.options_table(settings, "it")
    assert table["backbone"] == {"name": "resnet18", "out_levels": [1, 2]}
    assert "wrapper" not in table
    again = components.options_table(Settings(**arguments(table, allow_code=False)), "it")
    assert again == table


@pytest.mark.parametrize(
    ("kind", "component"),
    [
        ("synthesizer", cutpaste()),
        ("synthesizer", Chain((cutpaste(), cutpaste(shape=Rectangle(aspect=((1, 1),)))))),
        ("shape", WholeImage()),
    ],
)
def test_a_description_builds_an_equal_object(components, kind, component):
    spec = components.describe(kind, component)
    assert components.build(kind, spec, allow_code=False) == component


def test_what_a_function_made_is_described_by_its_class(components):
    spec = components.describe("synthesizer", cutpaste())
    assert spec["name"] == "paste"
    assert isinstance(components.build("synthesizer", spec), Paste)


KORNIA = [
    {"name": "RandomHorizontalFlip"},
    {"name": "RandomAffine", "degrees": 10.0, "translate": [0.1, 0.1], "scale": [0.9, 1.1]},
    {"name": "ColorJiggle", "brightness": 0.1, "contrast": [0.8, 1.2]},
    {"name": "RandomGaussianBlur", "kernel_size": [3, 3], "sigma": [0.1, 2.0], "p": 0.3},
    {"name": "RandomRotation", "degrees": [-5.0, 5.0], "resample": "nearest"},
]


@pytest.mark.parametrize("spec", KORNIA, ids=lambda spec: spec["name"])
def test_augmentations_of_kornia_go_by_their_class_name_and_are_described_back(components, spec):
    built = components.build("augmentation", spec, allow_code=False)
    assert type(built).__name__ == spec["name"]
    described = components.describe("augmentation", copy.deepcopy(built))
    assert described.items() >= spec.items()
    again = components.build("augmentation", described, allow_code=False)
    assert components.describe("augmentation", again) == described


def test_an_augmentation_of_kornia_that_was_passed_says_to_name_it(components):
    from kornia.augmentation import RandomAffine

    with pytest.raises(ComponentError, match=r"'degrees'.*name the component instead"):
        components.describe("augmentation", RandomAffine(10.0))


@pytest.mark.parametrize("name", ["RandomNothing", "randomaffine", "nn"])
def test_other_names_of_kornia_are_unknown(components, name):
    with pytest.raises(ComponentError, match="unknown augmentation"):
        components.build("augmentation", name)


def test_what_no_recipe_can_name_is_an_error(components):
    with pytest.raises(ComponentError, match="at the top of a module"):
        components.describe("loss", lambda outputs, targets: 0)


def test_what_does_not_keep_its_options_is_an_error(components):
    class Forgetful(Focal):
        def __init__(self, weight: float = 1.0) -> None:
            super().__init__()

    with pytest.raises(ComponentError, match="does not keep its option 'weight'"):
        components.options_table(Forgetful(), "loss 'forgetful'")


def test_a_network_is_a_copy_with_what_the_method_supplies():
    head = build_network("head", "unet-decoder", in_channels=(4, 8), unheard_of=3)
    assert isinstance(head, UNetDecoder)
    assert head.in_channels == (4, 8)
    given = ConvDecoder((4, 8), channels=(4,))
    copied = build_network("head", given, in_channels=(4, 8))
    assert copied is not given
    assert copied.channels == (4,)


def test_a_list_equals_the_tuple_that_a_method_supplies():
    spec = {"name": "unet-decoder", "in_channels": [4, 8]}
    assert build_network("head", spec, in_channels=(4, 8)).in_channels == (4, 8)


@pytest.mark.parametrize("spec", [{"name": "unet-decoder", "in_channels": [4, 9]}, ConvDecoder((4, 9), (4,))])
def test_a_network_that_contradicts_its_method_is_an_error(spec):
    with pytest.raises(OptionError, match="leave it out"):
        build_network("head", spec, in_channels=(4, 8))


def test_a_network_needs_a_name():
    with pytest.raises(ComponentError, match="needs a name"):
        build_network("head", {"channels": 3})


def test_merge_goes_table_by_table_and_another_name_replaces():
    base = {"a": {"name": "x", "p": 1, "q": 2}, "b": 1}
    assert merge(base, {"a": {"p": 3}}) == {"a": {"name": "x", "p": 3, "q": 2}, "b": 1}
    assert merge(base, {"a": {"name": "y", "p": 3}})["a"] == {"name": "y", "p": 3}
    assert merge(base, {"a": "y"})["a"] == "y"
    assert merge({"a": "x"}, {"a": {"p": 3}})["a"] == {"name": "x", "p": 3}
    assert base["a"] == {"name": "x", "p": 1, "q": 2}


def test_merge_reaches_into_lists_and_a_name_keeps_its_options():
    base = {"a": [1, {"name": "x", "p": 1}], "b": {"name": "x", "p": 1}, "c": 3}
    assert merge(base, {"a": {"1": {"p": 2}}})["a"] == [1, {"name": "x", "p": 2}]
    assert merge(base, {"a": {"0": 5}})["a"] == [5, {"name": "x", "p": 1}]
    assert merge(base, {"b": "x"})["b"] == {"name": "x", "p": 1}
    assert merge(base, {"b": "y"})["b"] == "y"
    with pytest.raises(OptionError, match="no item 2"):
        merge(base, {"a": {"2": 5}})
    with pytest.raises(OptionError, match="'c' is 3, no list"):
        merge(base, {"c": {"0": 5}})
    assert base["a"] == [1, {"name": "x", "p": 1}]


def test_items_of_a_default_are_changed(components):
    changed = {"name": "hard-augmentation", "shape": {"area": {"0": 0.01}}}
    low, high = components.build("synthesizer", "hard-augmentation").shape.area
    assert components.build("synthesizer", changed).shape.area == (0.01, high) != (low, high)


def with_a_rival():
    rival = (
        Component("backbone", "resnet18", "sat_rival:Backbone"),
        Component("shape", "own", "sat_rival:Own"),
    )
    found = discover(())
    return Catalogue(
        Plugins((*found.found, Plugin("rival", "sat-rival", "1", "sat_rival", components=rival)))
    )


def test_settings_mean_the_core_where_names_clash():
    components = with_a_rival()
    keep = frozenset({"backbone"})
    for table in ({}, {"backbone": "resnet18"}, {"backbone": {"width": 4}}):
        made = components.arguments(Pipeline.Settings, table, "a method", keep=keep)["backbone"]
        assert (made if isinstance(made, str) else made["name"]) == "synth-anomaly/resnet18"
    with pytest.raises(ComponentError, match="is offered by sat-rival and synth-anomaly"):
        components.build("backbone", "resnet18")


def test_what_a_user_types_stays_ambiguous():
    components = with_a_rival()
    for typed in ({"backbone": "resnet18"}, {"backbone": {"name": "resnet18", "width": 4}}):
        with pytest.raises(ComponentError, match="is offered by"):
            components.refuse_ambiguous(Pipeline.Settings, typed)
    for typed in ({"backbone": {"width": 4}}, {"backbone": "synth-anomaly/resnet18"}, {"steps": 3}):
        components.refuse_ambiguous(Pipeline.Settings, typed)


def test_recipes_name_what_plugins_offer_in_full():
    components = with_a_rival()
    assert components.describe("shape", "own") == "sat-rival/own"
    assert components.describe("shape", Rectangle())["name"] == "rectangle"


NAMES = st.sampled_from(["x", "y"])


def tables_of(**always):
    """Return tables as presets hold them, or as descriptions do, in which every table has a name."""
    leaves = st.integers(0, 3) | st.sampled_from(["x", "y", "none"]) | st.lists(st.integers(0, 3), max_size=2)

    def table(inside):
        return st.fixed_dictionaries(
            always, optional={"a": inside, "b": inside} | ({} if always else {"name": NAMES})
        )

    return st.dictionaries(st.sampled_from(["a", "b", "c"]), st.recursive(leaves, table, max_leaves=8))


def told_apart(value):
    """Return a value without what means the same as none; a table of a name alone is the name."""
    if not isinstance(value, dict):
        return value
    stated = {key: told_apart(item) for key, item in value.items() if item != "none"}
    return stated["name"] if list(stated) == ["name"] else stated


@given(tables_of(), tables_of(name=NAMES))
def test_what_overrides_brings_nothing_of_the_base_back(base, table):
    try:
        merged = merge(base, overriding(base, table))
    except OptionError:  # an index, which no description has
        return
    assert told_apart(merged) == told_apart(table)


@pytest.mark.parametrize("kind", ["synthesizer", "shape", "fill", "blend", "guide", "loss", "scorer", "head"])
def test_what_a_registered_name_builds_is_described_by_registered_names(components, kind):
    """A recipe that only names what is registered must load without --allow-code."""
    for entry in components.registry(kind).entries:
        try:
            made = components.build(kind, entry.component.name)
        except OptionError:  # it needs options
            continue
        named = set(_names(components.describe(kind, made)))
        assert not [name for name in named if ":" in name], entry.component.name


def _names(described):
    if isinstance(described, Mapping):
        yield from [described["name"]] if "name" in described else []
        for value in described.values():
            yield from _names(value)
    elif isinstance(described, list):
        for value in described:
            yield from _names(value)
