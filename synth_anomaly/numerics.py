"""Computing in full float32, whatever the process has chosen for its networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from typing import Any

import torch

__all__ = ["full_precision", "without_tf32"]

_FULL_ON: ContextVar[str | None] = ContextVar("full_on", default=None)
"""The kind of device for which a surrounding block has seen to it that no setting rounds."""

_OF_CPU, _OF_CUDA = ("mkldnn",), ("cuda", "cudnn")


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Within the block nothing is rounded to bfloat16 or TF32, by autocast or by a setting of the process.

    A block within another one ends autocast anew; what a setting says was looked at by the outer one.
    """
    if torch.is_autocast_enabled(device.type):
        with torch.autocast(device.type, enabled=False), full_precision(device):
            yield
    elif _FULL_ON.get() == device.type:
        yield
    else:
        with nullcontext() if _is_full(device.type) else without_tf32():
            token = _FULL_ON.set(device.type)
            try:
                yield
            finally:
                _FULL_ON.reset(token)


@contextmanager
def without_tf32() -> Iterator[None]:
    """Within the block float32 is multiplied and convolved in full, whatever the process has chosen."""
    operations, switches = _operations(), _switches()
    chosen = [operation.fp32_precision for operation in operations]
    try:
        if switches is not None:
            _switch("highest", allow_tf32=False)
        _choose(operations, ["ieee"] * len(operations))
        yield
    finally:
        if switches is not None:
            _switch(switches[0], allow_tf32=switches[1])
        _choose(operations, chosen)


def _is_full(kind: str) -> bool:
    """Whether no setting is known to round on a kind of device; to look is quicker than to choose anew."""
    operations = _operations({"cpu": _OF_CPU, "cuda": _OF_CUDA}.get(kind, ()))
    return bool(operations) and all(operation.fp32_precision in ("none", "ieee") for operation in operations)


@cache
def _operations(backends: tuple[str, ...] = _OF_CUDA + _OF_CPU) -> list[Any]:
    """Return what a precision can be chosen for in some backends; nothing before torch 2.9."""
    parts = [getattr(torch.backends, backend, None) for backend in backends]
    operations = [getattr(part, name, None) for part in parts for name in ("matmul", "conv", "rnn")]
    return [operation for operation in operations if hasattr(operation, "fp32_precision")]


def _choose(operations: list[Any], precisions: list[str]) -> None:
    for operation, precision in zip(operations, precisions, strict=True):
        operation.fp32_precision = precision


def _switches() -> tuple[str, bool] | None:
    """Return the older switches; None where each operation has its own choice, which they cannot tell."""
    cudnn: Any = torch.backends.cudnn
    try:
        return torch.get_float32_matmul_precision(), cudnn.allow_tf32
    except RuntimeError:
        return None


def _switch(matmul: str, allow_tf32: bool) -> None:
    cudnn: Any = torch.backends.cudnn
    torch.set_float32_matmul_precision(matmul)
    cudnn.allow_tf32 = allow_tf32
