"""Making what a specification says, or checking it for its owner to make later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from synth_anomaly.catalogue.ambiguity import clashing_defaults, providers, resolve
from synth_anomaly.catalogue.describing import plain, remember
from synth_anomaly.catalogue.names import Names
from synth_anomaly.catalogue.reading import options_given
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.options import NONE, REQUIRED, Option, check_value
from synth_anomaly.specification import is_indexed, merge
from synth_anomaly.wording import expected

__all__ = ["arguments", "build", "check"]


def build(
    names: Names,
    kind: str,
    spec: Any,
    *,
    allow_code: bool = True,
    default: Any = None,
    prefer: Sequence[str] = (),
) -> Any:
    """Return the component that ``spec`` says; see :meth:`Catalogue.build`."""
    if not isinstance(spec, str | Mapping):
        return _checked_object(names, kind, spec)
    name, given = resolve(names, kind, spec, default, prefer)
    target = names.registry(kind).load(name, allow_code=allow_code)
    options = arguments(names, target, given, f"{kind} {name!r}", allow_code=allow_code, prefer=prefer)
    try:
        component = _checked_object(names, kind, target(**options))
    except ValueError as error:
        raise OptionError(f"{kind} {name!r}: {error}") from error
    remember(names, kind, component, {"name": name, **options})
    return component


def check(
    names: Names,
    kind: str,
    spec: Any,
    *,
    allow_code: bool = True,
    default: Any = None,
    prefer: Sequence[str] = (),
) -> Any:
    """Return ``spec`` with its name and its options checked; see :meth:`Catalogue.check`."""
    if not isinstance(spec, str | Mapping):
        return _checked_object(names, kind, spec)
    name, given = resolve(names, kind, spec, default, prefer)
    owner = f"{kind} {name!r}"
    options = options_given(names.registry(kind).load(name, allow_code=allow_code), given, owner)
    make = partial(check, names, allow_code=allow_code, prefer=prefer)
    return {
        "name": name,
        **{option: _value(names, options[option], value, owner, make) for option, value in given.items()},
    }


def arguments(
    names: Names,
    target: Callable[..., Any],
    given: Mapping[str, Any],
    owner: str,
    *,
    allow_code: bool = True,
    keep: frozenset[str] = frozenset(),
    prefer: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return checked arguments for ``target``; see :meth:`Catalogue.arguments`."""
    options = options_given(target, given, owner)
    if prefer is None:
        prefer = providers(names, target)
        given = {**clashing_defaults(names, options, keep, prefer), **given}
    for name, option in options.items():
        if option.default is REQUIRED and name not in given:
            raise OptionError(f"{owner} needs option {name!r}: give it {option.expected}")

    def made(option: Option, value: Any) -> Any:
        make = check if option.kind in keep else build
        return _value(names, option, value, owner, partial(make, names, allow_code=allow_code, prefer=prefer))

    return {name: made(options[name], value) for name, value in given.items()}


def _value(names: Names, option: Option, value: Any, owner: str, make: Callable[..., Any]) -> Any:
    """Check a plain value; make what names a component, or each of a list of them."""
    if is_indexed(value) and isinstance(option.default, list | tuple):
        default = plain(names, option, option.default, owner)
        value = merge({option.name: default}, {option.name: value})[option.name]
    if option.kind is None or value is None or (isinstance(value, str) and value == NONE):
        return check_value(option, value, owner)
    if not option.many:
        return make(option.kind, value, default=option.default)
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise OptionError(
            f"{owner}: option {option.name!r} takes a list of {option.kind} components, got {value!r}"
        )
    return tuple(make(option.kind, item) for item in value)


def _checked_object(names: Names, kind: str, component: Any) -> Any:
    interface = names.registry(kind).interface
    if isinstance(component, type):
        raise ComponentError(
            f"expected {expected(interface)}, got the class {component.__name__}: call it first"
        )
    if isinstance(component, bool | int | float | list | tuple):
        raise ComponentError(
            f"expected {expected(interface)}, got {component!r}: name one (see sat list {kind}), "
            f"or in Python pass an object that follows synth_anomaly.interfaces.{interface.__name__}"
        )
    if not isinstance(component, interface):
        raise ComponentError(
            f"expected {expected(interface)}, got {component!r}: "
            f"it must follow synth_anomaly.interfaces.{interface.__name__}"
        )
    return component
