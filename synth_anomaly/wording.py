"""What an option takes, in words: for whoever types it and need not know Python."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence, Set
from enum import Enum
from pathlib import Path, PurePath
from typing import Any, Literal, Union, get_args, get_origin

from synth_anomaly.interfaces import KINDS

__all__ = ["alternatives", "expected", "in_words", "is_a", "item_types", "plural", "type_name"]

_KIND_OF: Mapping[Any, str] = {protocol: kind for kind, protocol in KINDS.items()}
_WORDS: Mapping[Any, tuple[str, str]] = {
    Any: ("any value", "values"),
    bool: ("true or false", "values, each true or false"),
    float: ("a number", "numbers"),
    int: ("a whole number", "whole numbers"),
    Path: ("a path", "paths"),
    str: ("a text", "texts"),
    type(None): ("none", "values, each none"),
}
"""A type for one value, and for several."""

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SAMPLES: Mapping[Any, tuple[Any, ...]] = {
    bool: (True, False),
    float: (0.02, 0.1),
    int: (1, 2),
    Path: ("a", "b"),
    str: ("a", "b"),
}
_LONG = 60
_PLURALS = ("weights",)
"""Kinds whose name is a plural already."""


def expected(annotation: Any, default: Any = None) -> str:
    """Return what an option of a type takes, in words; with an example where it is a list.

    Args:
        annotation: The type.
        default: The option's default, which is the example where it is one.

    Example:
        >>> expected(int | None)
        'a whole number or none'
        >>> expected(tuple[float, float])
        'two numbers, such as [0.02, 0.1]'
        >>> expected(int | tuple[int, int], default=256)
        'a whole number or two whole numbers, such as [256, 256]'
    """
    example = _example(annotation, default)
    return in_words(annotation) + (f", such as {_written(example)}" if isinstance(example, list) else "")


def in_words(annotation: Any) -> str:
    """Return the words for one value of a type.

    Example:
        >>> in_words(int | tuple[int, int])
        'a whole number or two whole numbers'
    """
    if annotation in _WORDS:
        return _WORDS[annotation][0]
    if (kind := _kind(annotation)) is not None:
        article = "an" if kind[0] in "aeiou" else "a"
        return kind if kind in _PLURALS else f"{article} {kind}"
    if choices := _choices(annotation):
        return _either([_written(choice) for choice in choices])
    if parts := alternatives(annotation):
        return _either([in_words(part) for part in parts])
    if (items := item_types(annotation)) is not None:
        return _list(items)
    if is_a(annotation, Mapping):
        return "a table"
    return "a path" if is_a(annotation, PurePath) else type_name(annotation)


def plural(kind: str) -> str:
    """Return the plural of a kind of component.

    Example:
        >>> plural("loss"), plural("shape"), plural("weights")
        ('losses', 'shapes', 'weights')
    """
    if kind in _PLURALS:
        return kind
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def type_name(annotation: Any) -> str:
    """Return a type as Python writes it, without the modules of its parts."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation.__name__
    return re.sub(r"('[^']*')|\b(?:[A-Za-z_]\w*\.)+", lambda match: match[1] or "", str(annotation))


def _several(annotation: Any) -> str:
    """Return the words for several values of a type."""
    if annotation in _WORDS:
        return _WORDS[annotation][1]
    if (kind := _kind(annotation)) is not None:
        return plural(kind)
    items = item_types(annotation)
    if items is not None and items[0] is not None and len(set(items)) == 1:
        return f"lists of {_counted(items)}"
    return f"values, each {in_words(annotation)}"


def _list(items: tuple[Any, ...]) -> str:
    if not items:
        return "a list"
    if items[-1] is ...:
        return f"a list of {_several(items[0])}"
    if len(set(items)) == 1:
        return _counted(items)
    return f"a list of {', '.join(map(in_words, items[:-1]))} and {in_words(items[-1])}"


def _counted(items: tuple[Any, ...]) -> str:
    if items[-1] is ...:
        return _several(items[0])
    if len(items) == 1:
        return f"a list of {in_words(items[0])}"
    count = _COUNTS[len(items)] if len(items) < len(_COUNTS) else str(len(items))
    return f"{count} {_several(items[0])}"


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _kind(annotation: Any) -> str | None:
    return _KIND_OF.get(annotation) if isinstance(annotation, type) else None


def _choices(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(member.value for member in annotation) if is_a(annotation, Enum) else ()


def alternatives(annotation: Any) -> tuple[Any, ...]:
    """Return the types of a union, less those that only say how another may be written; none of others."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return ()
    parts = get_args(annotation)
    if any(_kind(part) for part in parts):  # a component is a name or a table
        return tuple(part for part in parts if _kind(part) or part is type(None))
    return tuple(part for part in parts if not (part is int and float in parts))


def item_types(annotation: Any) -> tuple[Any, ...] | None:
    """Return the types of a list's items, the last of them ``...`` where it is of any length.

    None where a type is no list.
    """
    origin, arguments = get_origin(annotation) or annotation, get_args(annotation)
    if origin is tuple:
        return arguments
    if is_a(origin, Sequence | Set) and origin not in (str, bytes):
        return (*arguments, ...) if arguments else ()
    return None


def is_a(annotation: Any, kind: Any) -> bool:
    """Return whether a type, without those of its parts, is a class that is or derives from another."""
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, kind)


def _example(annotation: Any, default: Any) -> Any:
    """Return a value that a type takes, a list where it takes one; None for no example."""
    if (written := _plain(default)) and isinstance(written, list) and len(_written(written)) <= _LONG:
        return written
    if parts := alternatives(annotation):
        found = [example for part in parts if (example := _example(part, default)) is not None]
        return next((example for example in found if isinstance(example, list)), next(iter(found), None))
    items = item_types(annotation)
    if not items:
        return next(iter(_choices(annotation)), None)
    of = (items[0], items[0]) if items[-1] is ... else items
    samples = [_sample(item, number, default) for number, item in enumerate(of)]
    return None if None in samples else samples


def _sample(item: Any, number: int, default: Any) -> Any:
    if item in _SAMPLES:
        is_one = isinstance(default, int | float) and type(default) is item
        return default if is_one else _SAMPLES[item][min(number, 1)]
    return _example(item, default if isinstance(default, int | float) else None) or next(
        (_sample(part, number, default) for part in alternatives(item) if part in _SAMPLES), None
    )


def _plain(value: Any) -> Any:
    """Return a list of numbers and texts, at any depth; None for what holds anything else."""
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return None if None in items else items
    return value if isinstance(value, str | bool | int | float) else None


def _written(value: Any) -> str:
    """Return a value as a recipe writes it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return str(value).lower() if value is None or isinstance(value, bool) else repr(value)
