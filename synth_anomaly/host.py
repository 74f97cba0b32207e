"""Whether the values of a tensor can be read without waiting for a device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import Tensor

__all__ = ["as_if_on_device", "is_at_hand", "is_pretended"]

_PRETENDED: ContextVar[bool] = ContextVar("pretended", default=False)


def is_at_hand(values: Tensor) -> bool:
    """Whether ``values`` are in the CPU's memory: then code may look at them, and choose what is quickest.

    What comes out must not depend on the answer.
    """
    return values.device.type == "cpu" and not _PRETENDED.get()


def is_pretended() -> bool:
    """Whether the CPU stands for another device: then what is moved to it is copied."""
    return _PRETENDED.get()


@contextmanager
def as_if_on_device() -> Iterator[None]:
    """Within the block no values are at hand, so that the CPU takes the path of every other device."""
    token = _PRETENDED.set(True)
    try:
        yield
    finally:
        _PRETENDED.reset(token)
