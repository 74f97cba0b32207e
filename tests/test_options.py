import re
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

import pytest

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Backbone, IsPath, Loss, PathText, Shape, Synthesizer
from synth_anomaly.method import MethodSettings
from synth_anomaly.options import REQUIRED, Option, check_value, nearest, options_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


def option(annotation, default=REQUIRED):
    return Option("colour", annotation, default)


def of(annotation):
    def target(colour):
        raise NotImplementedError

    target.__annotations__["colour"] = annotation
    return options_of(target)["colour"]


@pytest.mark.parametrize(
    ("annotation", "given", "wanted"),
    [
        (float, 1, 1.0),
        (tuple[float, float], [1, 0.5], (1.0, 0.5)),
        (tuple[tuple[float, float], ...], [[1, 2], [3, 4]], ((1.0, 2.0), (3.0, 4.0))),
        (int | tuple[int, int], 5, 5),
        (int | tuple[int, int], [5, 6], (5, 6)),
        (int | None, "none", None),
        (Union[str, None], "none", None),  # noqa: UP007  # Kornia writes them so
        (tuple[float | None, ...], [1, "none"], (1.0, None)),
        (Literal["none", "sigmoid"], "none", "none"),
        (str, "none", "none"),
        (bool, True, True),
        (Path, "here", Path("here")),
    ],
)
def test_values_are_taken_as_the_type(annotation, given, wanted):
    value = check_value(option(annotation), given, "shape 'x'")
    assert value == wanted
    assert type(value) is type(wanted)


@pytest.mark.parametrize(
    ("annotation", "given", "words"),
    [
        (float, "wide", "a number"),
        (tuple[float, float], [1], r"two numbers, such as \[0.02, 0.1\]"),
        (Literal["a", "b.c"], "d", "'a' or 'b.c'"),
        (int, 1.5, "a whole number"),
        (str, 3, "a text"),
        (int, "none", "a whole number"),
        (Shape | None, 3, "a shape or none"),
    ],
)
def test_a_wrong_value_names_owner_option_what_it_takes_and_value(annotation, given, words):
    with pytest.raises(OptionError, match=rf"shape 'x': option 'colour'.* takes {words}, got"):
        check_value(option(annotation), given, "shape 'x'")


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (PathText, "a path"),
        (PathText | None, "a path or none"),
        (Path | None, "a path or none"),
        (Annotated[str, IsPath(("imagenet",))] | None, "a path, 'imagenet' or none"),
        (tuple[PathText, ...], "a list of paths, such as ['a', 'b']"),
        (tuple[PathText, PathText], "two paths, such as ['a', 'b']"),
        (Mapping[str, PathText], "a table"),
        (str | None, "a text or none"),
    ],
)
def test_a_path_is_called_one(annotation, words):
    assert of(annotation).expected == words


def test_an_option_that_is_a_path_takes_pythons_paths():
    assert check_value(of(PathText | None), Path("here"), "it") == "here"
    assert check_value(of(tuple[PathText, ...]), [Path("here"), "there"], "it") == ("here", "there")
    assert check_value(of(Path), Path("here"), "it") == Path("here")


def test_a_path_that_is_missing_is_asked_for_as_one():
    with pytest.raises(OptionError, match=r"needs option 'folder': give it a path$"):
        catalogue().build("shape", "drawn-masks")


@pytest.mark.parametrize(
    ("annotation", "given", "line"),
    [
        (tuple[float, float], [1, "x"], "'colour'[1] takes a number, got 'x'"),
        (tuple[tuple[float, float], ...], [[1, 2], [1, "x"]], "'colour'[1][1] takes a number, got 'x'"),
        (
            tuple[tuple[float, float], ...] | None,
            [[1, 2], [1]],
            "'colour'[1] takes two numbers, such as [0.02, 0.1], got [1]",
        ),
        (int | tuple[int, int], [1, "x"], "'colour'[1] takes a whole number, got 'x'"),
        (tuple[int, ...] | tuple[str, int], [1, "x"], "'colour' takes a list of whole numbers or a list"),
        (tuple[float | None, ...], ["none", "x"], "'colour'[1] takes a number or none, got 'x'"),
        (list[Literal["a", "b"]], ["a", "c"], "'colour'[1] takes 'a' or 'b', got 'c'"),
        (Mapping[str, float], {"a": 1, "b": "x"}, "'colour'['b'] takes a number, got 'x'"),
        (str | dict[str, tuple[int, ...]], {"a": [1, "x"]}, "'colour'['a'][1] takes a whole number, got 'x'"),
        (Mapping[int, float], {"a": 1}, "'colour' takes a table, got {'a': 1} (Input should be a valid int"),
        (tuple[PathText, ...], ["a", 3], "'colour'[1] takes a path, got 3"),
        (list[Fraction | None], [1, "x"], "'colour'[1] takes Fraction or none, got 'x' ("),
        (tuple[float, float], "x", "'colour' takes two numbers, such as [0.02, 0.1], got 'x'"),
    ],
)
def test_a_wrong_item_is_told_by_its_place_its_type_and_its_value(annotation, given, line):
    with pytest.raises(OptionError, match=re.escape(f"it: option {line}")):
        check_value(of(annotation), given, "it")


@pytest.mark.parametrize(
    ("annotation", "kind", "many"),
    [
        (Shape, "shape", False),
        (Shape | None, "shape", False),
        (Backbone | str | dict[str, Any], "backbone", False),
        (tuple[Loss, ...], "loss", True),
        (list[Loss], "loss", True),
        (tuple[Synthesizer, ...] | None, "synthesizer", True),
        (tuple[int, ...], None, False),
        (str | dict[str, Any], None, False),
    ],
)
def test_the_kind_of_an_option(annotation, kind, many):
    found = of(annotation)
    assert (found.kind, found.many) == (kind, many)


def test_type_names_leave_modules_out():
    assert of(Shape | None).type_name == "Shape | None"
    assert of(tuple[int, ...]).type_name == "tuple[int, ...]"
    assert of(Literal["a.b"]).type_name == "Literal['a.b']"
    assert of(float).type_name == "float"


def test_inherited_fields_of_a_dataclass_are_read_in_their_own_module():
    module = types.ModuleType("module_without_imports")
    module.MethodSettings = MethodSettings
    exec("class Settings(MethodSettings):\n    steps: 'int' = 3", vars(module))
    sys.modules[module.__name__] = module
    try:
        options = options_of(dataclass(frozen=True, kw_only=True)(module.Settings))
    finally:
        del sys.modules[module.__name__]
    assert options["size"].annotation == int | tuple[int, int]
    assert options["steps"].annotation is int


def test_a_factory_gives_the_default():
    @dataclass
    class Several:
        numbers: list = field(default_factory=lambda: [1, 2])

    assert options_of(Several)["numbers"].default == [1, 2]


def test_a_class_without_constructor_has_no_options():
    class Plain:
        pass

    class Explicit(Shape):
        pass

    assert options_of(Plain) == {}
    assert options_of(Explicit) == {}


def test_a_partial_has_the_options_of_its_function():
    def target(width: int, height: int) -> None:
        raise NotImplementedError

    assert options_of(partial(target, width=3))["width"].default == 3


def test_usual_names_may_be_imported_for_the_type_checker_alone():
    def target(several: "Sequence[Shape]", table: "Mapping[str, Any]") -> None:
        raise NotImplementedError

    assert options_of(target)["several"].kind == "shape"


def test_a_type_that_cannot_be_read_is_an_error():
    def target(part: "Decimal") -> None:
        raise NotImplementedError

    with pytest.raises(OptionError, match=r"Decimal.*import them at run time"):
        options_of(target)


@pytest.mark.parametrize("target", [lambda *several: several, lambda **several: several])
def test_loose_arguments_are_refused(target):
    with pytest.raises(OptionError, match="explicit, annotated"):
        options_of(target)


def test_an_argument_without_type_is_refused():
    with pytest.raises(OptionError, match=r"option 'width' of .* has no type"):
        options_of(lambda width: width)


def test_nearest_offers_the_names_like_it_or_all():
    assert nearest("cutpast", ["cutpaste", "other"]) == "did you mean 'cutpaste'?"
    assert nearest("zzz", ["cutpaste", "other"]) == "choose from cutpaste, other."
    assert nearest("zzz", []) == "choose from (none)."
