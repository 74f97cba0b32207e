"""Components that are passed as objects: a piece made of pieces refuses what is none where it is made."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Mapping
from typing import Any

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import KINDS

__all__ = ["check_piece", "checked_pieces"]

_EXAMPLES = {
    "synthesizer": "cutpaste()",
    "shape": "Rectangle()",
    "fill": "Elsewhere()",
    "blend": "Replace()",
    "guide": "BorderColour()",
    "loss": "L2()",
}


def check_piece(owner: object, option: str, piece: object, kind: str = "") -> None:
    """Check that what an object was given for an option is a component, and not the name of one.

    Args:
        owner: What takes it, such as ``self`` in a ``__post_init__``.
        option: The name of the option.
        piece: What was given.
        kind: The kind of component that the option takes; its own name by default.

    Raises:
        OptionError: If it is no such object.
    """
    kind = kind or option
    if not _is_a(kind, piece):
        raise OptionError(
            f"{type(owner).__name__} takes a {kind} object as {option!r}, got {_but(kind, piece)}"
        )


def checked_pieces(owner: object, option: str, pieces: Any, kind: str) -> tuple[Any, ...]:
    """Return the components of a list that an object was given for an option.

    Args:
        owner: What takes them.
        option: The name of the option.
        pieces: What was given.
        kind: The kind of component that the option takes a list of.

    Raises:
        OptionError: If it is no list, or one of its items is no such object.
    """
    takes = f"{type(owner).__name__} takes a list of {kind} objects as {option!r}, got"
    if isinstance(pieces, str | Mapping) or not isinstance(pieces, Iterable):
        raise OptionError(f"{takes} {pieces!r}: pass a list, such as [{_EXAMPLES[kind]}]")
    listed = tuple(pieces)
    for piece in listed:
        if not _is_a(kind, piece):
            raise OptionError(f"{takes} among them {_but(kind, piece)}")
    return listed


def _is_a(kind: str, piece: object) -> bool:
    # a class has all that its objects have, but for a self
    return isinstance(piece, KINDS[kind]) and not isinstance(piece, type) and not _makes_some(kind, piece)


def _makes_some(kind: str, piece: object) -> bool:
    """Whether a piece is a function that takes other arguments than one of its kind, as one that makes it."""
    if not isinstance(piece, types.FunctionType) or "__call__" not in vars(KINDS[kind]):
        return False
    taken = _arguments(kind)
    named = taken[taken.index("*") + 1 :] if "*" in taken else []
    in_order = taken[: taken.index("*")] if "*" in taken else taken
    try:
        inspect.signature(piece, follow_wrapped=False).bind(*in_order, **dict.fromkeys(named))
    except TypeError:
        return True
    return False


def _arguments(kind: str) -> list[str]:
    """Return what a component of a kind is called with; what is named follows a star."""
    _, *taken = inspect.signature(KINDS[kind].__call__).parameters.values()
    names = [each.name for each in taken]
    first = next((number for number, each in enumerate(taken) if each.kind is each.KEYWORD_ONLY), None)
    return names if first is None else [*names[:first], "*", *names[first:]]


def _but(kind: str, piece: object) -> str:
    """Return what was given instead, and the cure."""
    if isinstance(piece, type):
        return f"the class {piece.__name__}: call it first"
    if _makes_some(kind, piece):
        takes = ", ".join(_arguments(kind))
        return f"the function {getattr(piece, '__name__', piece)}: call it first, or have it take ({takes})"
    if isinstance(piece, str | Mapping):
        return (
            f"{piece!r}: pass one, such as {_EXAMPLES[kind]}, "
            f"or build it by name, with catalogue().build({kind!r}, {piece!r})"
        )
    return (
        f"{piece!r}: pass one, such as {_EXAMPLES[kind]}; "
        f"it must follow synth_anomaly.interfaces.{KINDS[kind].__name__}"
    )
