"""The components inside a specification, told by their kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError
from synth_anomaly.options import Option, options_of
from synth_anomaly.registry import CORE

__all__ = ["Change", "changed_parts"]

Change = Callable[[Callable[..., Any], dict[str, Any]], dict[str, Any]]
"""Is given a component's class or function and its table, and returns another table."""


def changed_parts(kind: str, spec: Any, change: Change) -> Any:
    """Return a specification with every component in it changed, those inside first.

    What a name means is looked up by the kind that the option takes, so that a shape and a fill of one name
    are told apart. What cannot be looked up stays as it is.

    Args:
        kind: The component's kind; a method's table holds its settings beside its name.
        spec: A name, or a table with a name, as the catalogue describes it.
        change: What to make of each component.
    """
    if not isinstance(spec, str | Mapping):
        return spec
    table = {"name": spec} if isinstance(spec, str) else dict(spec)
    registry = catalogue().registry(kind)
    try:
        target: Any = registry.load(registry.preferred(str(table.get("name", "")), [CORE]))
        known = options_of(target.Settings if kind == "method" else target)
    except (ComponentError, AttributeError):  # said where it is built
        return spec
    inside = {
        key: _changed_option(known[key], value, change) if key in known else value
        for key, value in table.items()
    }
    changed = change(target, inside)
    return spec if changed == table else changed


def _changed_option(option: Option, value: Any, change: Change) -> Any:
    if option.kind is None:
        return value
    if option.many and isinstance(value, list | tuple):
        return [changed_parts(option.kind, item, change) for item in value]
    return changed_parts(option.kind, value, change)
