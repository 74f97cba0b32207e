"""What every head must hold, as checks that its author runs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from synth_anomaly.interfaces import Head, Size
from synth_anomaly.testing.expect import describe_tensor, expect, expect_finite_gradients, random_tensor
from synth_anomaly.testing.recipe import check_recipe

__all__ = ["check_head", "check_head_gradient", "check_head_output"]

SIZES: tuple[Size, ...] = ((64, 64), (65, 97))


def check_head(
    head: Head,
    *,
    channels: Sequence[int],
    strides: Sequence[int],
    out_channels: int = 1,
    sizes: Sequence[Size] = SIZES,
    device: torch.device | str = "cpu",
) -> None:
    """Run every check of this module.

    Args:
        head: What is checked, on ``device``.
        channels: Widths of the feature maps that it takes, from fine to coarse.
        strides: Their strides.
        out_channels: Width of what it returns.
        sizes: Heights and widths of what it returns.
        device: Where the feature maps are.
    """
    for size in sizes:
        features = example_features(channels, strides, size, device)
        check_head_output(head, features, size, out_channels)
        check_head_gradient(head, features, size)
    check_recipe("head", head)


def check_head_output(head: Head, features: Sequence[Tensor], size: Size, out_channels: int = 1) -> None:
    """It returns finite ``(B, out_channels, *size)``."""
    output = head(features, size)
    wanted = (len(features[0]), out_channels, *size)
    shape = tuple(output.shape) if isinstance(output, Tensor) else None
    expect(shape == wanted, f"a head must return {wanted} for size {size}, got {describe_tensor(output)}")
    expect(bool(output.isfinite().all()), "the head returns values that are not finite")


def check_head_gradient(head: Head, features: Sequence[Tensor], size: Size) -> None:
    """A finite gradient reaches every parameter."""
    parameters = list(head.named_parameters()) if isinstance(head, nn.Module) else []
    for _, parameter in parameters:
        parameter.grad = None
    given = [feature.clone().requires_grad_() for feature in features]
    output = head(given, size)
    expect(output.requires_grad, "no gradient leaves the head: its result is detached")
    torch.autograd.backward(output.square().sum())
    expect_finite_gradients((f"parameter {name!r}", parameter) for name, parameter in parameters)


def example_features(
    channels: Sequence[int], strides: Sequence[int], size: Size, device: torch.device | str = "cpu"
) -> list[Tensor]:
    """Return two samples' feature maps of these widths and strides, for images of ``size``."""
    shapes = (
        (width, *(-(-side // stride) for side in size))
        for width, stride in zip(channels, strides, strict=True)
    )
    return [random_tensor(2, *shape, seed=level, device=device) for level, shape in enumerate(shapes)]
