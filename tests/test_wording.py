"""What an option takes, in words."""

import tomllib
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Optional

import pytest

from synth_anomaly.catalogue import catalogue
from synth_anomaly.interfaces import Augmentation, Backbone, Loss, Shape
from synth_anomaly.options import Option, check_value, options_of
from synth_anomaly.wording import expected, type_name


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("annotation", "default", "words"),
    [
        (int, 3, "a whole number"),
        (int | None, None, "a whole number or none"),
        (bool, True, "true or false"),
        (Path, None, "a path"),
        (int | float, 1, "a number"),
        (Literal[3, 5], 3, "3 or 5"),
        (Literal["l1", "l2", "l3"], "l1", "'l1', 'l2' or 'l3'"),
        (Literal[None, "a"], None, "none or 'a'"),
        (Colour, Colour.RED, "'red' or 'blue'"),
        (tuple[float, float], None, "two numbers, such as [0.02, 0.1]"),
        (tuple[float, float], (0.5, 0.999), "two numbers, such as [0.5, 0.999]"),
        (Optional[tuple[float, float]], None, "two numbers or none, such as [0.02, 0.1]"),  # noqa: UP045
        (int | tuple[int, int], 256, "a whole number or two whole numbers, such as [256, 256]"),
        (tuple[int, ...], (), "a list of whole numbers, such as [1, 2]"),
        (list[str], None, "a list of texts, such as ['a', 'b']"),
        (tuple[int, bool], None, "a list of a whole number and true or false, such as [1, false]"),
        (
            tuple[tuple[float, float], ...],
            ((1, 2),),
            "a list of lists of two numbers, such as [[1, 2]]",
        ),
        (tuple[float | None, ...], None, "a list of values, each a number or none, such as [0.02, 0.1]"),
        (Mapping[str, Any], None, "a table"),
        (Backbone | str | Mapping[str, Any], "resnet18", "a backbone"),
        (Augmentation | None, None, "an augmentation or none"),
        (Sequence[Shape], (), "a list of shapes"),
        (Sequence[Loss], (), "a list of losses"),
        (Any, None, "any value"),
        (complex, None, "complex"),
    ],
)
def test_a_type_in_words(annotation, default, words):
    assert expected(annotation, default) == words


def test_a_type_as_python_writes_it():
    assert type_name(tuple[float, ...] | None) == "tuple[float, ...] | None"
    assert type_name(Shape) == "Shape"


def options():
    """Every plain option of every component."""
    for kind in ("synthesizer", "shape", "fill", "blend", "guide", "backbone", "head", "loss", "scorer"):
        for entry in catalogue().registry(kind).entries:
            target = catalogue().registry(kind).load(catalogue().registry(kind).spelling(entry))
            yield from ((entry.full_name, option) for option in options_of(target).values())
    for entry in catalogue().registry("method").entries:
        settings = catalogue().registry("method").load(entry.component.name).Settings
        yield from ((entry.full_name, option) for option in options_of(settings).values())


def test_every_example_is_toml_that_the_option_takes_and_no_words_are_pythons():
    seen = 0
    for owner, option in options():
        words, _, example = option.expected.partition(", such as ")
        assert not {"tuple", "int", "str", "float", "None", "Literal", "|"} & set(words.split()), words
        assert "[" not in words, (owner, option.name, words)
        if example:
            seen += 1
            value = tomllib.loads(f"value = {example}")["value"]
            check_value(Option(option.name, option.annotation, option.default), value, owner)
    assert seen > 20
