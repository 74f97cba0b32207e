"""The parts of EfficientNet-Lite: convolutions padded as TensorFlow's, inverted residual blocks, stages."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F

__all__ = [
    "EPS",
    "InvertedResidual",
    "InvertedResidualStage",
    "SameConv2d",
    "initialise_by_group",
    "normalisation",
]

EPS = 1e-3
"""What batch normalisation adds to the variance in the published networks."""


class SameConv2d(nn.Conv2d):
    """A convolution of odd kernel, padded as TensorFlow's "same".

    The side ``S`` becomes ``ceil(S / stride)``. Where the stride is 2 and the side even, that padding has one
    row or column less before the image than after it: the kernel then gets a row or column of zeros instead,
    so that no image is copied.

    Args:
        in_channels: Width of what comes in.
        out_channels: Width of what goes out.
        kernel: Side of the kernel, odd, at least as large as the stride.
        stride: 1 or 2.
        groups: As in :class:`torch.nn.Conv2d`.
        bias: Whether a bias is added.

    Source:
        TensorFlow's documentation of ``tf.nn``, "SAME padding".

    Example:
        >>> import torch
        >>> SameConv2d(3, 8, 3, stride=2)(torch.rand(1, 3, 31, 32)).shape
        torch.Size([1, 8, 16, 16])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        bias: bool = False,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel, stride, padding=kernel // 2, groups=groups, bias=bias
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return ``(B, out_channels, ceil(H / stride), ceil(W / stride))``."""
        weight = self.weight
        if self.stride[0] == 2:
            height, width = features.shape[-2:]
            top, left = 1 - height % 2, 1 - width % 2
            if top or left:
                weight = F.pad(weight, (left, 0, top, 0))
        return F.conv2d(features, weight, self.bias, self.stride, self.padding, groups=self.groups)


class InvertedResidual(nn.Module):
    """A 1x1 convolution that widens, a depthwise one, and a 1x1 one that narrows; a shortcut where both fit.

    Args:
        in_channels: Width of what comes in.
        channels: Width of what goes out.
        kernel: Side of the depthwise kernel, odd.
        stride: Stride of the depthwise convolution; the side ``S`` becomes ``ceil(S / stride)``.
        expansion: How many times ``in_channels`` wide it is inside; 1 leaves the first convolution out.
        folded: Whether the convolutions have biases and no batch normalisation follows them.

    Source:
        Sandler et al., MobileNetV2 (2018), figure 3b, with ReLU6 and without squeeze-and-excitation, as in
        EfficientNet-Lite. Parameters are named as in the published PyTorch files.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        kernel: int = 3,
        stride: int = 1,
        expansion: int = 6,
        folded: bool = False,
    ) -> None:
        super().__init__()
        inner = in_channels * expansion
        self.expands = expansion > 1
        self.has_shortcut = stride == 1 and in_channels == channels
        if self.expands:
            self._expand_conv = SameConv2d(in_channels, inner, 1, bias=folded)
            self._bn0 = normalisation(inner, folded)
        self._depthwise_conv = SameConv2d(inner, inner, kernel, stride, groups=inner, bias=folded)
        self._bn1 = normalisation(inner, folded)
        self._project_conv = SameConv2d(inner, channels, 1, bias=folded)
        self._bn2 = normalisation(channels, folded)

    def forward(self, features: Tensor) -> Tensor:
        """Return ``(B, channels, ceil(H / stride), ceil(W / stride))``."""
        inside = features
        if self.expands:
            inside = F.relu6(self._bn0(self._expand_conv(inside)), inplace=True)
        inside = F.relu6(self._bn1(self._depthwise_conv(inside)), inplace=True)
        projected = cast("Tensor", self._bn2(self._project_conv(inside)))
        return projected.add_(features) if self.has_shortcut else projected


class InvertedResidualStage(nn.Sequential):
    """Inverted residual blocks in a row, the first of which may change the size and the width.

    Args:
        in_channels: Width of what comes in; any, so that a method may join other features to it.
        channels: Width of what goes out.
        blocks: How many blocks.
        kernel: Side of the depthwise kernels, odd.
        stride: Stride of the first block; the side ``S`` becomes ``ceil(S / stride)``.
        expansion: How many times as wide as its input each block is inside.
        folded: Whether the convolutions have biases and no batch normalisation follows them.

    Example:
        >>> import torch
        >>> InvertedResidualStage(10, 16, blocks=2, kernel=5, stride=2)(torch.rand(2, 10, 15, 16)).shape
        torch.Size([2, 16, 8, 8])
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        blocks: int = 2,
        kernel: int = 3,
        stride: int = 1,
        expansion: int = 6,
        folded: bool = False,
    ) -> None:
        first = InvertedResidual(in_channels, channels, kernel, stride, expansion, folded)
        rest = (InvertedResidual(channels, channels, kernel, 1, expansion, folded) for _ in range(blocks - 1))
        super().__init__(first, *rest)
        initialise_by_group(self)


def normalisation(channels: int, folded: bool) -> nn.Module:
    """Return batch normalisation as in the published networks, or an identity where it is folded."""
    return nn.Identity() if folded else nn.BatchNorm2d(channels, eps=EPS, momentum=0.01)


def initialise_by_group(module: nn.Module) -> None:
    """Initialise every convolution inside ``module`` by fan out, counted within each group; biases are 0.

    Normal with variance ``2 * groups / (kernel² * out_channels)``.

    Source:
        Tan and Le's code of EfficientNet (``conv_kernel_initializer``), with which the depthwise
        convolutions of TensorFlow's layer are counted by their multiplier, 1.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            fan_out = part.kernel_size[0] * part.kernel_size[1] * part.out_channels // part.groups
            nn.init.normal_(part.weight, std=(2 / fan_out) ** 0.5)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
