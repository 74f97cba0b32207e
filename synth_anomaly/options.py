"""The options of a component: the explicit, annotated arguments of its constructor."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from functools import lru_cache, partial, reduce
from operator import or_
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import KINDS, IsPath, Size
from synth_anomaly.taking import NONE, fault_in, taken_as
from synth_anomaly.wording import expected, in_words, type_name

__all__ = ["NONE", "REQUIRED", "Option", "check_value", "nearest", "options_of"]

REQUIRED: Any = inspect.Parameter.empty
"""The default of an option that has none."""

_KIND_OF: Mapping[Any, str] = {protocol: kind for kind, protocol in KINDS.items()}

# names that a plugin's author tends to import for the type checker alone
_USUAL_NAMES = {
    **{protocol.__name__: protocol for protocol in KINDS.values()},
    "Any": Any,
    "Mapping": Mapping,
    "Sequence": Sequence,
    "Size": Size,
}


@dataclass(frozen=True)
class Option:
    """One option of a component.

    Attributes:
        name: The argument's name.
        annotation: Its type.
        default: Its default, or :data:`REQUIRED`.
        kind: The kind of component that it takes; None for a plain value.
        many: Whether it takes a list of components.
        path: What marks it as a path, or as a list of paths; None where it is neither.
    """

    name: str
    annotation: Any
    default: Any
    kind: str | None = None
    many: bool = False
    path: IsPath | None = None

    def absolute(self, value: Any, folder: Path = Path()) -> Any:
        """Return a value with its path made absolute, where the option is one.

        Args:
            value: The option's value.
            folder: Where relative paths begin; the working folder by default.
        """
        if self.path is None:
            return value
        if isinstance(value, list | tuple):
            return [self.absolute(item, folder) for item in value]
        if not isinstance(value, str | PurePath) or value in ("", NONE) or self.path.is_name(value):
            return value
        return str((folder / Path(value).expanduser()).absolute())

    @property
    def type_name(self) -> str:
        """The type as Python writes it, without the modules of its parts."""
        return type_name(self.annotation)

    @property
    def in_words(self) -> str:
        """What it takes, in words, such as ``"two numbers"``."""
        return in_words(self.worded)

    @property
    def expected(self) -> str:
        """The same with an example, such as ``"two numbers, such as [0.5, 0.999]"``."""
        return expected(self.worded, self.default)

    @property
    def worded(self) -> Any:
        """Its type as words are made of it: a path's, where that is written as a text."""
        return self.annotation if self.path is None else _as_paths(self.annotation, self.path.names)


def options_of(target: Callable[..., Any]) -> dict[str, Option]:
    """Return the options of a class or function by name, in the order of its signature.

    Raises:
        OptionError: If its signature takes ``*args`` or ``**kwargs``, or an argument has no type that can
            be read at run time.
    """
    try:
        return dict(_kept_options(target))
    except TypeError:  # what has no hash, which is rare, is read each time
        return _options(target)


@lru_cache(maxsize=2048)
def _kept_options(target: Callable[..., Any]) -> dict[str, Option]:
    """Return the options of a target, read once: a run asks for those of one class many times.

    A default that is made for each object is made once here. It is described, and never used.
    """
    return _options(target)


def _options(target: Callable[..., Any]) -> dict[str, Option]:
    constructor = _constructor(target)
    if constructor is None:
        return {}
    marked = _hints(constructor, target)
    hints = {name: _unmarked(hint) for name, hint in marked.items()}
    factories = _factories(constructor)
    options = {}
    for parameter in inspect.signature(target).parameters.values():
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise OptionError(
                f"{_title(target)} takes *{name}: "
                "give it explicit, annotated arguments, which are its options"
            )
        if parameter.annotation is REQUIRED or name not in hints:
            raise OptionError(f"option {name!r} of {_title(target)} has no type: annotate it")
        default = factories[name]() if name in factories else parameter.default
        kind, many = _kind_of(hints[name])
        options[name] = Option(name, hints[name], default, kind, many, _path_of(marked[name]))
    return options


def check_value(option: Option, value: Any, owner: str) -> Any:
    """Return ``value`` as the option's type, such as a list as a tuple or an integer as a float.

    Raises:
        OptionError: If the value is not of the option's type; the message is about the innermost item that
            is wrong, where it is a list or a table.
    """
    # imported here, because listings need no pydantic and should not wait for it
    from pydantic import ValidationError

    if isinstance(value, str) and value == NONE and type(None) in get_args(option.annotation):
        return None
    try:
        return taken_as(option.annotation, value if option.path is None else _written(value))
    except ValidationError as error:
        fault = fault_in(option.worded, value)
        words = expected(fault.annotation, None if fault.where else option.default)
        # what has no words of ours, such as a type of a plugin's own or a table's key, has pydantic's
        reason = f" ({error.errors()[0]['msg']})" if fault.is_unexplained else ""
        raise OptionError(
            f"{owner}: option {option.name!r}{fault.where} takes {words}, got {fault.value!r}{reason}"
        ) from None


def listed(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a list such as ``"bolt,nut"``, each once; a known name may itself have commas.

    Example:
        >>> listed("nut, bolt,nut", ["bolt", "nut"])
        ('nut', 'bolt')
    """
    if text in known:
        return (text,)
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip())) or (text,)


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint for an unknown name: the names like it, or else all of them."""
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(repr(match) for match in close)}?"
    return f"choose from {', '.join(known) or '(none)'}."


def _written(value: Any) -> Any:
    """Return paths, at any depth of a list, as the texts that a recipe has for them."""
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return str(value) if isinstance(value, PurePath) else value


def _kind_of(annotation: Any) -> tuple[str | None, bool]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return next((found for found in map(_kind_of, arguments) if found[0]), (None, False))
    if isinstance(origin, type) and issubclass(origin, Sequence) and arguments:
        kind, _ = _kind_of(arguments[0])
        return kind, kind is not None
    return (_KIND_OF.get(annotation) if isinstance(annotation, type) else None), False


def _unmarked(annotation: Any) -> Any:
    """Return a type without what is written beside it in ``Annotated``, as `get_type_hints` does."""

    def holder() -> None: ...

    holder.__annotations__ = {"value": annotation}
    return get_type_hints(holder)["value"]


def _path_of(annotation: Any) -> IsPath | None:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return IsPath() if issubclass(annotation, PurePath) else None
    if get_origin(annotation) is Annotated:
        marks = [mark for mark in annotation.__metadata__ if isinstance(mark, IsPath)]
        return marks[0] if marks else _path_of(annotation.__origin__)
    return next((found for found in map(_path_of, get_args(annotation)) if found), None)


def _as_paths(annotation: Any, names: tuple[str, ...]) -> Any:
    """Return a type with its texts as paths, or as one of the names that are none."""
    if annotation is str:
        return reduce(or_, (Literal[name] for name in names), Path)
    arguments = get_args(annotation)
    if not arguments or get_origin(annotation) is Literal:
        return annotation
    parts = tuple(_as_paths(part, names) for part in arguments)
    if get_origin(annotation) in (Union, types.UnionType):
        return reduce(or_, parts)
    return annotation if parts == arguments else get_origin(annotation)[parts]


def _constructor(target: Callable[..., Any]) -> Any:
    """Return what holds the annotations of a target's arguments: a function, or a dataclass itself."""
    while isinstance(target, partial):
        target = target.func
    if not isinstance(target, type):
        return target
    owner = next(cls for cls in target.__mro__ if "__init__" in vars(cls))
    # a class that merely states the protocol it follows has the protocol's constructor, which takes nothing
    if owner is object or getattr(owner, "_is_protocol", False):
        return None
    made = vars(owner).get("__dataclass_params__")
    return owner if made is not None and made.init else vars(owner)["__init__"]


def _hints(constructor: Any, target: Callable[..., Any]) -> dict[str, Any]:
    # not inspect.signature(eval_str=True): it reads a dataclass's inherited fields in the wrong module
    try:
        return get_type_hints(constructor, include_extras=True)
    except NameError:
        pass
    names = dict(_USUAL_NAMES)
    try:
        return get_type_hints(constructor, localns=names, include_extras=True)
    except NameError as error:
        raise OptionError(
            f"the types of the options of {_title(target)} cannot be read ({error}): "
            "import them at run time, not for the type checker alone"
        ) from None


def _factories(constructor: Any) -> dict[str, Callable[[], Any]]:
    if not isinstance(constructor, type):
        return {}
    return {
        field.name: field.default_factory
        for field in fields(constructor)
        if field.default_factory is not MISSING
    }


def _title(target: Callable[..., Any]) -> str:
    return f"{target.__module__}.{target.__qualname__}" if hasattr(target, "__qualname__") else repr(target)
