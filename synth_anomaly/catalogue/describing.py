"""The specification that builds a component again."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from synth_anomaly.catalogue.names import Names
from synth_anomaly.catalogue.reading import name_and_options, options_given
from synth_anomaly.errors import ComponentError
from synth_anomaly.options import Option, check_value, options_of
from synth_anomaly.specification import plain_value

__all__ = ["describe", "describe_as", "options_table", "plain", "remember"]

_REMEMBERED = "_synth_anomaly_specification"


def describe(names: Names, kind: str, component: Any) -> Any:
    """Return the specification of a component; see :meth:`Catalogue.describe`."""
    if isinstance(component, str):
        return names.registry(kind).lasting(component)
    if isinstance(component, Mapping):
        return _plain_table(names, kind, component)
    remembered = getattr(component, _REMEMBERED, None)
    if isinstance(remembered, Mapping):
        return copy.deepcopy(remembered)
    name = names.registry(kind).name_of(type(component)) or _import_path(component)
    return {
        "name": names.registry(kind).lasting(name),
        **options_table(names, component, f"{kind} {name!r}"),
    }


def options_table(names: Names, component: Any, owner: str) -> dict[str, Any]:
    """Return the options of a component; see :meth:`Catalogue.options_table`."""
    table: dict[str, Any] = {}
    for option in options_of(type(component)).values():
        if not hasattr(component, option.name):
            raise ComponentError(
                f"{owner} does not keep its option {option.name!r}: "
                f"store it as the attribute {option.name!r}, or name the component instead of passing it"
            )
        value = getattr(component, option.name)
        if value is not None or option.default is not None:
            table[option.name] = plain(names, option, value, owner)
    return table


def plain(names: Names, option: Option, value: Any, owner: str) -> Any:
    """Return an option's value as a recipe holds it; see :meth:`Catalogue.plain`."""
    if option.kind is None or value is None:
        # absolute, so that it is found from any folder
        checked = option.absolute(check_value(option, value, owner))
        return plain_value(checked, f"{owner}: option {option.name!r}")
    if option.many:
        return [describe(names, option.kind, item) for item in value]
    return describe(names, option.kind, value)


def remember(names: Names, kind: str, component: Any, spec: Mapping[str, Any]) -> None:
    """Note on a component what it was built from, where its attributes do not tell."""
    try:
        describe(names, kind, component)
    except ComponentError:
        # an attribute survives copying; what has no room for one stays without a description
        with suppress(ComponentError, AttributeError, TypeError):
            describe_as(component, _plain_table(names, kind, spec))


def describe_as(component: object, spec: Mapping[str, Any]) -> None:
    """Note on a component the specification that describes it, whatever its attributes say.

    Raises:
        AttributeError: If it has no room for an attribute.
    """
    object.__setattr__(component, _REMEMBERED, dict(spec))


def _plain_table(names: Names, kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification as plain values, though objects may stand in it."""
    name, given = name_and_options(kind, spec)
    owner = f"{kind} {name!r}"
    options = options_given(names.registry(kind).load(name), given, owner)
    table = {key: plain(names, options[key], value, owner) for key, value in given.items()}
    return {"name": names.registry(kind).lasting(name), **table}


def _import_path(component: Any) -> str:
    kind = type(component)
    if kind.__module__ == "builtins" or "<" in kind.__qualname__:
        raise ComponentError(
            f"no recipe can name {component!r}: make it a class at the top of a module, "
            "whose constructor takes its options"
        )
    return f"{kind.__module__}:{kind.__qualname__}"
