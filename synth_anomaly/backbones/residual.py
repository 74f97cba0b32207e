"""The parts of a residual network: a stem and stages, each usable alone."""

from __future__ import annotations

from collections import OrderedDict
from typing import ClassVar, TypeAlias

from torch import Tensor, nn

__all__ = ["BasicBlock", "Bottleneck", "ResidualBlock", "Stage", "Stem", "initialise"]


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut.

    Args:
        in_channels: Width of what comes in.
        channels: Width of what goes out.
        stride: Stride of the first convolution; the side ``S`` becomes ``ceil(S / stride)``.

    Source:
        He et al., Deep Residual Learning for Image Recognition (2016), figure 5 left.
        Names as in torchvision.
    """

    expansion: ClassVar[int] = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(in_channels, channels, stride)

    def forward(self, features: Tensor) -> Tensor:
        """Return ``(B, channels, ceil(H / stride), ceil(W / stride))``."""
        residual = self.relu(self.bn1(self.conv1(features)))
        residual = self.bn2(self.conv2(residual))
        shortcut = features if self.downsample is None else self.downsample(features)
        activated: Tensor = self.relu(residual + shortcut)
        return activated


class Bottleneck(nn.Module):
    """A 3x3 convolution between two 1x1 convolutions, beside a shortcut.

    Args:
        in_channels: Width of what comes in.
        channels: Width of what goes out; a quarter of it between the 1x1 convolutions.
        stride: Stride of the 3x3 convolution; the side ``S`` becomes ``ceil(S / stride)``.

    Source:
        He et al. (2016), figure 5 right; the stride sits in the 3x3 convolution, as in torchvision.
    """

    expansion: ClassVar[int] = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        inner = channels // self.expansion
        self.conv1 = nn.Conv2d(in_channels, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _shortcut(in_channels, channels, stride)

    def forward(self, features: Tensor) -> Tensor:
        """Return ``(B, channels, ceil(H / stride), ceil(W / stride))``."""
        residual = self.relu(self.bn1(self.conv1(features)))
        residual = self.relu(self.bn2(self.conv2(residual)))
        residual = self.bn3(self.conv3(residual))
        shortcut = features if self.downsample is None else self.downsample(features)
        activated: Tensor = self.relu(residual + shortcut)
        return activated


ResidualBlock: TypeAlias = type[BasicBlock] | type[Bottleneck]
"""What a stage repeats."""


class Stem(nn.Sequential):
    """The first convolution of a residual network, with its normalisation, activation and pooling.

    Args:
        in_channels: Width of the images.
        width: Width of what goes out.
        small_images: For images of about 32 pixels: a 3x3 convolution of stride 1 and no pooling (stride 1
            in all) instead of 7x7 of stride 2 and a pooling of stride 2 (stride 4 in all).

    Example:
        >>> import torch
        >>> Stem(5, 16)(torch.rand(2, 5, 64, 64)).shape
        torch.Size([2, 16, 16, 16])
    """

    def __init__(self, in_channels: int, width: int, small_images: bool = False) -> None:
        kernel, stride = (3, 1) if small_images else (7, 2)
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["conv1"] = nn.Conv2d(in_channels, width, kernel, stride, padding=kernel // 2, bias=False)
        parts["bn1"] = nn.BatchNorm2d(width)
        parts["relu"] = nn.ReLU(inplace=True)
        parts["maxpool"] = nn.Identity() if small_images else nn.MaxPool2d(3, stride=2, padding=1)
        super().__init__(parts)
        initialise(self)


class Stage(nn.Sequential):
    """Residual blocks in a row, the first of which may reduce the size.

    Args:
        in_channels: Width of what comes in; any, so that a method may join other features to it.
        channels: Width of what goes out.
        blocks: How many blocks.
        stride: Stride of the first block; the side ``S`` becomes ``ceil(S / stride)``.
        block: What is repeated.

    Example:
        >>> import torch
        >>> Stage(24, 32, blocks=2, stride=2)(torch.rand(2, 24, 15, 16)).shape
        torch.Size([2, 32, 8, 8])
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        blocks: int = 2,
        stride: int = 1,
        block: ResidualBlock = BasicBlock,
    ) -> None:
        first = block(in_channels, channels, stride)
        super().__init__(first, *(block(channels, channels) for _ in range(blocks - 1)))
        initialise(self)


def initialise(module: nn.Module) -> None:
    """Initialise every convolution inside ``module`` for a rectifier, by fan out.

    Normal with variance ``2 / (kernel² * out_channels)``. Batch normalisation keeps its weight 1 and bias 0.

    Source:
        He et al., Delving Deep into Rectifiers (2015), equation 14; as in torchvision's ResNet.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")


def _shortcut(in_channels: int, channels: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and in_channels == channels:
        return None
    return nn.Sequential(nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
