"""What every backbone must hold, as checks that its author runs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from synth_anomaly.interfaces import Backbone, Size
from synth_anomaly.testing.expect import describe_tensor, expect, expect_finite_gradients, random_tensor
from synth_anomaly.testing.recipe import check_recipe

__all__ = ["check_backbone", "check_feature_gradient", "check_feature_maps"]

SIZES: tuple[Size, ...] = ((64, 64), (65, 97))


def check_backbone(
    backbone: Backbone,
    *,
    in_channels: int = 3,
    sizes: Sequence[Size] = SIZES,
    device: torch.device | str = "cpu",
) -> None:
    """Run every check of this module.

    Args:
        backbone: What is checked, on ``device``.
        in_channels: How many channels its images have.
        sizes: Heights and widths of the images.
        device: Where the images are.
    """
    for size in sizes:
        images = random_tensor(2, in_channels, *size, device=device)
        check_feature_maps(backbone, images)
        check_feature_gradient(backbone, images)
    check_recipe("backbone", backbone)


def check_feature_maps(backbone: Backbone, images: Tensor) -> None:
    """Maps have the declared widths and strides: ``ceil(H / stride)`` by ``ceil(W / stride)``."""
    features = backbone(images)
    expect(isinstance(features, list), f"a backbone must return a list, got {type(features).__name__}")
    declared = len(backbone.channels), len(backbone.strides)
    expect(
        declared == (len(features), len(features)),
        f"it returns {len(features)} maps and declares {declared[0]} channels and {declared[1]} strides",
    )
    for level, (feature, width, stride) in enumerate(
        zip(features, backbone.channels, backbone.strides, strict=True)
    ):
        wanted = (len(images), width, *(-(-side // stride) for side in images.shape[2:]))
        expect(
            tuple(feature.shape) == wanted,
            f"level {level} must be {wanted} by its channels and strides for images of "
            f"{tuple(images.shape[2:])}, got {describe_tensor(feature)}",
        )
        expect(bool(feature.isfinite().all()), f"level {level} holds values that are not finite")


def check_feature_gradient(backbone: Backbone, images: Tensor) -> None:
    """A finite gradient reaches the images from every level."""
    levels = range(len(backbone.channels))
    for level in levels:
        given = images.clone().requires_grad_()
        feature = backbone(given)[level]
        expect(feature.requires_grad, f"no gradient leaves level {level}: it is detached")
        torch.autograd.backward(feature.square().sum())
        expect_finite_gradients([(f"the images from level {level}", given)])
