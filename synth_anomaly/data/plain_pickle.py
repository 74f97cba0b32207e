"""Reading a pickle as data: nothing in it is imported, called or made but plain values and uint8 arrays."""

from __future__ import annotations

import math
import pickletools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np

__all__ = ["NotPlainError", "read_plain_pickle"]

_RECONSTRUCT, _NDARRAY, _DTYPE, _ENCODE = "_reconstruct", "ndarray", "dtype", "encode"
_NAMES = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _DTYPE,
    ("_codecs", "encode"): _ENCODE,
}
"""What a pickled array names, and what stands for it here; nothing of it is looked up."""


class NotPlainError(ValueError):
    """A pickle that is damaged, or asks for more than plain values and uint8 arrays."""


def read_plain_pickle(content: bytes) -> Any:
    """Return what a pickle holds, by interpreting its opcodes instead of running them.

    Known are ``None``, booleans, integers, texts, bytes, lists, tuples, dictionaries and numpy's uint8
    arrays, as protocols 0 to 4 write them; a text of Python 2 is bytes.

    Args:
        content: The whole file.

    Raises:
        NotPlainError: If it asks for anything else, or is damaged.

    Example:
        >>> import pickle
        >>> read_plain_pickle(pickle.dumps({"labels": [3, 5]}, protocol=2))
        {'labels': [3, 5]}
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(content):
            if opcode.name == "STOP":
                return machine.result()
            machine.do(opcode.name, argument)
    except NotPlainError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise NotPlainError(f"a damaged pickle: {' '.join(str(error).split())[:120]}") from None
    raise NotPlainError("a damaged pickle: it has no end")


class _Name:
    """Stands for a name of :data:`_NAMES`."""

    def __init__(self, meaning: str) -> None:
        self.meaning = meaning


class _Mark:
    """Where on the stack the items of a container begin."""


_UINT8: Final = _Name("uint8")


class _Machine:
    """The stack and the memo of the pickle machine, and what its opcodes do to them."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def do(self, name: str, argument: Any) -> None:
        if (make := _VALUES.get(name)) is not None:
            self._stack.append(make(argument))
        elif (act := _ACTIONS.get(name)) is not None:
            act(self, argument)
        elif name not in _IGNORED:
            raise NotPlainError(f"a pickle that asks for {name}")

    def result(self) -> Any:
        (value,) = self._stack
        return _held(value)

    def list_items(self, _: Any) -> None:
        items = self._since_mark()
        self._target(list).extend(map(_held, items))

    def list_item(self, _: Any) -> None:
        item = self._stack.pop()
        self._target(list).append(_held(item))

    def table_items(self, _: Any) -> None:
        items = self._since_mark()
        self._target(dict).update(_pairs(items))

    def table_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._target(dict).update(_pairs([key, value]))

    def marked(self, make: Callable[[list[Any]], Any]) -> None:
        self._stack.append(make(self._since_mark()))

    def several(self, count: int) -> None:
        if len(self._stack) < count:
            raise NotPlainError("a damaged pickle: a tuple lacks items")
        items = tuple(self._stack[-count:])
        self._stack[-count:] = [items]

    def keep(self, number: int) -> None:
        self._memo[int(number)] = self._stack[-1]

    def keep_next(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def recall(self, number: int) -> None:
        self._stack.append(self._memo[int(number)])

    def name(self, argument: str) -> None:
        self._stack.append(_named(*argument.split(" ", 1)))

    def name_of_stack(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(_named(module, name))

    def call(self, _: Any) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        meaning = function.meaning if isinstance(function, _Name) else ""
        if meaning not in _CALLS or not isinstance(arguments, tuple):
            raise NotPlainError("a pickle that calls something else than numpy's uint8 array")
        self._stack.append(_CALLS[meaning](*arguments))

    def fill(self, _: Any) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if target is _UINT8:
            return  # byte order and alignment, of which a byte has none
        if not isinstance(target, np.ndarray):
            raise NotPlainError("a pickle that sets the state of something else than an array")
        _fill(target, *state)

    def _since_mark(self) -> list[Any]:
        start = next(
            (place for place in reversed(range(len(self._stack))) if isinstance(self._stack[place], _Mark)),
            None,
        )
        if start is None:
            raise NotPlainError("a damaged pickle: a container has no beginning")
        items = self._stack[start + 1 :]
        del self._stack[start:]
        return items

    def _target(self, kind: type) -> Any:
        if type(self._stack[-1]) is not kind:
            raise NotPlainError(f"a damaged pickle: expected a {kind.__name__} to add to")
        return self._stack[-1]


def _named(module: Any, name: Any) -> _Name:
    meaning = _NAMES.get((module, name)) if isinstance(module, str) and isinstance(name, str) else None
    if meaning is None:
        raise NotPlainError(f"a pickle that names {_brief(module)}.{_brief(name)}")
    return _Name(meaning)


def _pairs(items: list[Any]) -> Iterator[tuple[Any, Any]]:
    for key, value in zip(items[::2], items[1::2], strict=True):
        # a tuple may hold itself many times over, and hashing it would take as long
        if not isinstance(key, str | bytes | int):
            raise NotPlainError(f"a table with a key that is a {type(key).__name__}")
        yield key, _held(value)


def _held(value: Any) -> Any:
    """Return what a container may hold: values, none of what only stands for something here."""
    if isinstance(value, _Mark | _Name):
        raise NotPlainError("a damaged pickle: a name or a mark in the place of a value")
    return value


def _array(kind: Any, *_: Any) -> np.ndarray[Any, Any]:
    if not (isinstance(kind, _Name) and kind.meaning == _NDARRAY):
        raise NotPlainError("a pickle that makes another array than numpy's own")
    return np.empty(0, np.uint8)


def _dtype(code: Any, *_: Any) -> _Name:
    if code not in ("u1", b"u1"):
        raise NotPlainError(f"an array of {_brief(code)}, not of bytes")
    return _UINT8


def _encoded(text: Any, encoding: Any) -> bytes:
    """Return bytes as Python 3 writes them for Python 2."""
    if not isinstance(text, str) or encoding not in ("latin1", b"latin1"):
        raise NotPlainError("bytes in another encoding than latin1")
    return text.encode("latin1")


_CALLS: Mapping[str, Callable[..., Any]] = {_RECONSTRUCT: _array, _DTYPE: _dtype, _ENCODE: _encoded}


def _fill(array: np.ndarray[Any, Any], _version: Any, shape: Any, kind: Any, turned: Any, data: Any) -> None:
    """Make an array what its state says, in place, as the memo may have it already."""
    if kind is not _UINT8 or turned or not isinstance(data, bytes):
        raise NotPlainError("an array of something else than bytes, row by row")
    if not all(isinstance(length, int) and length >= 0 for length in shape) or math.prod(shape) != len(data):
        raise NotPlainError(f"an array of {len(data)} bytes that claims another shape")
    array.resize(shape, refcheck=False)
    array[...] = np.frombuffer(data, np.uint8).reshape(shape)


def _brief(value: Any) -> str:
    """Return the beginning of a text, and the type of anything else, which may be endless."""
    return value[:80] if isinstance(value, str) else type(value).__name__


def _old_text(argument: str) -> bytes:
    """Return a text of Python 2, which was bytes."""
    return argument.encode("latin1")


def _plain(argument: Any) -> Any:
    return argument


_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "MARK": lambda _: _Mark(),
    "EMPTY_LIST": lambda _: [],
    "EMPTY_DICT": lambda _: {},
    "EMPTY_TUPLE": lambda _: (),
    **dict.fromkeys(("INT", "LONG", "BININT", "BININT1", "BININT2", "LONG1"), _plain),
    **dict.fromkeys(("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), _plain),
    **dict.fromkeys(("SHORT_BINBYTES", "BINBYTES", "BINBYTES8"), _plain),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING"), _old_text),
}

_ACTIONS: Mapping[str, Callable[[_Machine, Any], None]] = {
    "APPEND": _Machine.list_item,
    "APPENDS": _Machine.list_items,
    "SETITEM": _Machine.table_item,
    "SETITEMS": _Machine.table_items,
    "LIST": lambda machine, _: machine.marked(list),
    "DICT": lambda machine, _: machine.marked(lambda items: dict(_pairs(items))),
    "TUPLE": lambda machine, _: machine.marked(tuple),
    "TUPLE1": lambda machine, _: machine.several(1),
    "TUPLE2": lambda machine, _: machine.several(2),
    "TUPLE3": lambda machine, _: machine.several(3),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Machine.keep),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.recall),
    "MEMOIZE": _Machine.keep_next,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name_of_stack,
    "REDUCE": _Machine.call,
    "BUILD": _Machine.fill,
}

_IGNORED = frozenset({"PROTO", "FRAME"})
