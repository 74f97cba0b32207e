"""The options of a component: the explicit, annotated arguments of its constructor."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import KINDS

__all__ = ["REQUIRED", "Option", "check_value", "nearest", "options_of"]

REQUIRED: Any = inspect.Parameter.empty
"""The default of an option that has none."""

_KIND_OF: Mapping[Any, str] = {protocol: kind for kind, protocol in KINDS.items()}


@dataclass(frozen=True)
class Option:
    """One option of a component.

    Attributes:
        name: The argument's name.
        annotation: Its type.
        default: Its default, or :data:`REQUIRED`.
        kind: The kind of component that it takes; None for a plain value.
        many: Whether it takes a list of components.
    """

    name: str
    annotation: Any
    default: Any
    kind: str | None = None
    many: bool = False

    @property
    def type_name(self) -> str:
        """The type as a reader would write it."""
        if isinstance(self.annotation, type) and get_origin(self.annotation) is None:
            return self.annotation.__name__
        return str(self.annotation).replace("typing.", "").replace("synth_anomaly.interfaces.", "")


def options_of(target: Callable[..., Any]) -> dict[str, Option]:
    """Return the options of a class or function by name, in the order of its signature.

    Raises:
        OptionError: If its signature takes ``*args`` or ``**kwargs``, or leaves an argument without a type.
    """
    try:
        signature = inspect.signature(target, eval_str=True)
    except NameError:  # a type that is imported for the type checker alone
        signature = inspect.signature(target)
    options = {}
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise OptionError(
                f"{_title(target)} takes *{parameter.name}: "
                "give it explicit, annotated arguments, which are its options"
            )
        annotation = parameter.annotation
        if annotation is REQUIRED:
            raise OptionError(f"option {parameter.name!r} of {_title(target)} has no type: annotate it")
        kind, many = _kind_of(annotation)
        options[parameter.name] = Option(parameter.name, annotation, parameter.default, kind, many)
    return options


def check_value(option: Option, value: Any, owner: str) -> Any:
    """Return ``value`` as the option's type, such as a list as a tuple or an integer as a float.

    Raises:
        OptionError: If the value is not of the option's type.
    """
    from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

    if value == "none" and type(None) in get_args(option.annotation):
        return None
    try:
        adapter = TypeAdapter(option.annotation, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:  # such as a dataclass, which forbids a config of ours
        adapter = TypeAdapter(option.annotation)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"[{part}]" for part in first["loc"] if isinstance(part, int))
        raise OptionError(
            f"{owner}: option {option.name!r}{where} takes {option.type_name}, got {value!r} ({first['msg']})"
        ) from None


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint for an unknown name: the names like it, or else all of them."""
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(repr(match) for match in close)}?"
    return f"choose from {', '.join(known) or '(none)'}"


def _kind_of(annotation: Any) -> tuple[str | None, bool]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        for argument in arguments:
            kind, many = _kind_of(argument)
            if kind:
                return kind, many
        return None, False
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sequence) and arguments:
        return _KIND_OF.get(arguments[0]), True
    return _KIND_OF.get(annotation), False


def _title(target: Callable[..., Any]) -> str:
    return f"{target.__module__}.{target.__qualname__}"
