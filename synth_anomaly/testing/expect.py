"""What the checks have in common."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

__all__ = ["describe_tensor", "expect", "expect_finite_gradients", "random_tensor"]


def expect(condition: bool, sentence: str) -> None:
    """Raise an AssertionError that says ``sentence`` unless the condition holds; ``python -O`` keeps it."""
    if not condition:
        raise AssertionError(sentence)


def expect_finite_gradients(named: Iterable[tuple[str, Tensor]]) -> None:
    """Check that a finite gradient has reached each of the named tensors that takes one."""
    for name, tensor in named:
        if not tensor.requires_grad:
            continue
        expect(tensor.grad is not None, f"no gradient reaches {name}: it is not used, or cut off")
        if tensor.grad is not None:
            expect(bool(tensor.grad.isfinite().all()), f"the gradient of {name} is not finite")


def random_tensor(*shape: int, seed: int = 0, device: torch.device | str = "cpu") -> Tensor:
    """Return float32 uniform in [0, 1), the same on every device."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)).to(device)


def describe_tensor(tensor: object) -> str:
    """Return type and shape for a message."""
    if isinstance(tensor, Tensor):
        return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
    return type(tensor).__name__
