"""Specifications as data: merging them, and writing values so that TOML and JSON can hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any, TypeGuard

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.options import NONE

__all__ = ["Spec", "is_indexed", "merge", "overriding", "plain_value", "same_value"]

Spec = str | Mapping[str, Any]
"""How data names a component."""


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``changes``, table by table; what has another name replaces.

    A name alone keeps the options of a table of that name. A table whose keys are numbers changes the
    items of a list: ``{"0": ...}`` its first.

    Raises:
        OptionError: If a list has no item of that number, or what is no list is asked for one.
    """
    merged = dict(base)
    for key, change in changes.items():
        old = merged.get(key)
        if is_indexed(change) and old is not None and not isinstance(old, Mapping):
            merged[key] = _items_changed(key, old, change)
            continue
        if isinstance(change, str) and isinstance(old, Mapping) and old.get("name") == change:
            continue
        if isinstance(change, Mapping) and isinstance(old, str) and "name" not in change:
            old = {"name": old}
        merged[key] = merge(old, change) if _are_merged(old, change) else change
    return merged


def overriding(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``table`` so that merging it over ``base`` brings nothing of ``base`` back.

    A description leaves out an option that is None by default. Where ``base`` sets it, None is written, as
    ``"none"``, at any depth that `merge` reaches.

    Example:
        >>> overriding({"guide": {"name": "mine", "side": 9}, "turn": "flips"}, {"guide": {"name": "mine"}})
        {'guide': {'name': 'mine', 'side': 'none'}, 'turn': 'none'}
    """
    stated = dict(table)
    for key, old in base.items():
        new = table.get(key, NONE)
        if isinstance(new, str) and isinstance(old, Mapping) and old.get("name") == new:
            new = {"name": new}  # a name alone would keep the old options
        stated[key] = overriding(old, new) if _are_merged(old, new) else new
    return stated


def _are_merged(old: Any, change: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a table changes another, instead of replacing what it stands for."""
    if not (isinstance(old, Mapping) and isinstance(change, Mapping)):
        return False
    return bool(change.get("name", old.get("name")) == old.get("name"))


def is_indexed(change: Any) -> bool:
    """Whether a table changes items of a list, by their numbers."""
    return isinstance(change, Mapping) and bool(change) and all(str(key).isdecimal() for key in change)


def _items_changed(key: str, old: Any, changes: Mapping[str, Any]) -> list[Any]:
    """Return a list with the items of some numbers changed."""
    if not isinstance(old, list | tuple):
        number = next(iter(changes))
        raise OptionError(f"{key!r} is {old!r}, no list, so it has no item {number}: leave .{number} out")
    items = list(old)
    for number, change in changes.items():
        if int(number) >= len(items):
            raise OptionError(f"{key!r} has {len(items)} items, counted from 0, so there is no item {number}")
        items[int(number)] = merge({key: items[int(number)]}, {key: change})[key]
    return items


def plain_value(value: Any, what: str) -> Any:
    """Return a value as a recipe holds it: tuples as lists, None as ``"none"``, dataclasses as tables.

    Args:
        value: The value of an option that takes no component.
        what: How to call it in messages.

    Raises:
        ComponentError: If a recipe cannot hold it.
    """
    if value is None:
        return NONE
    if isinstance(value, Enum):
        return plain_value(value.value, what)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain_value(item, what) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain_value(item, what) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_value(getattr(value, field.name), what) for field in fields(value)}
    raise ComponentError(f"{what} is {value!r}, which no recipe can hold: use numbers, texts and lists")


def same_value(first: Any, second: Any) -> bool:
    """Return whether two values are equal, a list and a tuple of equal items included."""
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(map(same_value, first, second))
    return bool(first == second)
