"""The networks that a method builds for itself."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from synth_anomaly.catalogue.installed import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.options import options_of
from synth_anomaly.specification import same_value

__all__ = ["build_network"]


def build_network(kind: str, spec: Any, **supplied: Any) -> Any:
    """Return a network of its own for a method, which supplies the options that only it knows.

    Args:
        kind: ``"backbone"`` or ``"head"``.
        spec: A name, a table, or a module, which is copied.
        **supplied: Options such as ``in_channels``; those that the component does not have are left out.

    Raises:
        OptionError: If ``spec`` says otherwise than the method must.
    """
    if not isinstance(spec, str | Mapping):
        given = {name: getattr(spec, name, value) for name, value in supplied.items()}
        _check_supplied(kind, type(spec).__name__, given, supplied)
        return copy.deepcopy(catalogue().build(kind, spec))
    table = catalogue().check(kind, spec)
    known = options_of(catalogue().registry(kind).load(table["name"]))
    supplied = {name: value for name, value in supplied.items() if name in known}
    _check_supplied(kind, table["name"], table, supplied)
    return catalogue().build(kind, {**table, **supplied})


def _check_supplied(kind: str, name: str, given: Mapping[str, Any], supplied: Mapping[str, Any]) -> None:
    for option, value in supplied.items():
        if not same_value(given.get(option, value), value):
            raise OptionError(
                f"{kind} {name!r} has {option} = {given[option]!r}, "
                f"this method gives it {value!r}: leave it out"
            )
