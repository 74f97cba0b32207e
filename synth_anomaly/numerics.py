"""Computing in full float32, whatever the process has chosen for its networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

__all__ = ["full_precision", "without_tf32"]


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Within the block nothing is rounded to bfloat16 or TF32, by autocast or by a setting of the process."""
    with torch.autocast(device.type, enabled=False), without_tf32():
        yield


@contextmanager
def without_tf32() -> Iterator[None]:
    """Within the block float32 is multiplied and convolved in full, whatever the process has chosen."""
    cudnn: Any = torch.backends.cudnn
    try:
        matmul, convolve = torch.get_float32_matmul_precision(), cudnn.allow_tf32
    except RuntimeError:  # chosen for each operation, as torch 2.9 can and these switches cannot tell
        with _in_ieee(*_operations()):
            yield
        return
    try:
        torch.set_float32_matmul_precision("highest")
        cudnn.allow_tf32 = False
        yield
    finally:
        torch.set_float32_matmul_precision(matmul)
        cudnn.allow_tf32 = convolve


def _operations() -> list[Any]:
    """Return what a precision can be chosen for, on CUDA and on the CPU."""
    backends: list[Any] = [torch.backends.cudnn, torch.backends.mkldnn]
    parts = [getattr(backend, name, None) for backend in backends for name in ("matmul", "conv", "rnn")]
    return [part for part in (torch.backends.cuda.matmul, *parts) if hasattr(part, "fp32_precision")]


@contextmanager
def _in_ieee(*operations: Any) -> Iterator[None]:
    before = [operation.fp32_precision for operation in operations]
    try:
        for operation in operations:
            operation.fp32_precision = "ieee"
        yield
    finally:
        for operation, precision in zip(operations, before, strict=True):
            operation.fp32_precision = precision
