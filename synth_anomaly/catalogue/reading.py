"""What a specification says: which component, and which of its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.options import Option, nearest, options_of
from synth_anomaly.specification import Spec

__all__ = ["name_and_options", "options_given"]


def name_and_options(kind: str, spec: Spec) -> tuple[str, dict[str, Any]]:
    """Return the name in a specification, and the options beside it.

    Raises:
        ComponentError: If a table has no name.
    """
    if isinstance(spec, str):
        return spec, {}
    given = dict(spec)
    if "name" not in given:
        raise ComponentError(f'a table for the {kind} needs a name, got {given!r}: add name = "..."')
    return str(given.pop("name")), given


def options_given(target: Callable[..., Any], given: Mapping[str, Any], owner: str) -> dict[str, Option]:
    """Return the options of ``target`` by name.

    Raises:
        OptionError: If something given is none of them.
    """
    options = options_of(target)
    for name in given:
        if name not in options:
            raise OptionError(f"{owner} has no option {name!r}: {nearest(name, tuple(options))}")
    return options
