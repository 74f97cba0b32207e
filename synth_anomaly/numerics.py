"""Computing in full float32, whatever the process has chosen for its networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch

__all__ = ["full_precision", "without_tf32"]

_FULL = ("highest", False)


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Within the block nothing is rounded to bfloat16 or TF32, by autocast or by a setting of the process."""
    with torch.autocast(device.type, enabled=False), without_tf32():
        yield


@contextmanager
def without_tf32() -> Iterator[None]:
    """Within the block float32 is multiplied and convolved in full, whatever the process has chosen."""
    operations, switches = _operations(), _switches()
    chosen = [operation.fp32_precision for operation in operations]
    if switches in (None, _FULL) and all(precision == "ieee" for precision in chosen):
        yield  # as in a block within another
        return
    try:
        if switches is not None:
            _switch(*_FULL)
        _choose(operations, ["ieee"] * len(operations))
        yield
    finally:
        if switches is not None:
            _switch(*switches)
        _choose(operations, chosen)


@cache
def _operations() -> list[Any]:
    """Return what a precision can be chosen for, on CUDA and on the CPU; nothing before torch 2.9."""
    backends: list[Any] = [torch.backends.cudnn, torch.backends.mkldnn]
    parts = [getattr(backend, name, None) for backend in backends for name in ("matmul", "conv", "rnn")]
    return [part for part in (torch.backends.cuda.matmul, *parts) if hasattr(part, "fp32_precision")]


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
