"""Whether a value is of a type, and where in it the fault lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args, get_origin

from synth_anomaly.wording import alternatives, expected, is_a, item_types, type_name

__all__ = ["NONE", "Fault", "fault_in", "taken_as"]

NONE = "none"
"""How a recipe writes None, which TOML has not."""


@dataclass(frozen=True)
class Fault:
    """The innermost part of a value that is not of its type.

    Attributes:
        annotation: The type that it should have.
        value: What it is.
        where: Where it lies, such as ``"[1]['a']"``; empty where it is the whole value.
    """

    annotation: Any
    value: Any
    where: str = ""

    @property
    def is_unexplained(self) -> bool:
        """Whether the words for its type leave open what is wrong: of a table's keys, of a plugin's type."""
        is_table = isinstance(self.value, Mapping)
        return any(
            (is_table and is_a(part, Mapping)) or expected(part) == type_name(part)
            for part in _each(self.annotation)
        )


def taken_as(annotation: Any, value: Any) -> Any:
    """Return a value as a type; a text ``"none"`` in lists may stand for None.

    Raises:
        pydantic.ValidationError: If it is not of that type.
    """
    # imported here, because listings need no pydantic and should not wait for it
    from pydantic import ValidationError

    try:
        # unions that are equal may have their parts in another order, which decides what fits first
        adapter = _kept_adapter(annotation, repr(annotation))
    except TypeError:  # an annotation that has no hash
        adapter = _adapter(annotation)
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return adapter.validate_python(_with_none(value))


@lru_cache(maxsize=2048)
def _kept_adapter(annotation: Any, _: str) -> Any:
    return _adapter(annotation)


def _adapter(annotation: Any) -> Any:
    """Return what checks values of a type."""
    from pydantic import ConfigDict, PydanticUserError, TypeAdapter

    try:
        return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:  # such as a dataclass, which forbids a config of ours
        return TypeAdapter(annotation)


def fault_in(annotation: Any, value: Any) -> Fault:
    """Return what is wrong with a value that is not of a type.

    It is an item of a list or of a table, where one alternative of the type is such a list or table and an
    item is not of its own type; or else the whole, as for a list of another length.
    """
    inner = [found for part in _each(annotation) if (found := list(_parts(part, value)))]
    for place, kind, item in inner[0] if len(inner) == 1 else ():
        if not _takes(kind, item):
            fault = fault_in(kind, item)
            return Fault(fault.annotation, fault.value, f"[{place!r}]{fault.where}")
    return Fault(annotation, value)


def _each(annotation: Any) -> tuple[Any, ...]:
    return alternatives(annotation) or (annotation,)


def _parts(annotation: Any, value: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield place, type and value of the items, where a value is a list or a table as a type is one."""
    kinds = item_types(annotation)
    if kinds and isinstance(value, list | tuple):
        if kinds[-1] is ...:
            kinds = kinds[:1] * len(value)
        if len(kinds) == len(value):
            yield from zip(range(len(value)), kinds, value, strict=True)
    elif get_origin(annotation) and is_a(annotation, Mapping) and isinstance(value, Mapping):
        kind = get_args(annotation)[-1]
        yield from ((name, kind, item) for name, item in value.items())


def _takes(annotation: Any, value: Any) -> bool:
    from pydantic import ValidationError

    try:
        taken_as(annotation, value)
    except ValidationError:
        return False
    return True


def _with_none(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_with_none(item) for item in value]
    return None if isinstance(value, str) and value == NONE else value
