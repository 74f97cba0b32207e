"""Residual networks without their classifier, with torchvision's parameter names."""

from __future__ import annotations

from collections import OrderedDict
from typing import ClassVar

from torch import Tensor, nn

from synth_anomaly.backbones.normalise import Normalise
from synth_anomaly.backbones.residual import BasicBlock, Bottleneck, ResidualBlock, Stage, Stem
from synth_anomaly.backbones.weights import WeightsText, adapt_input, find_weights, load_matching
from synth_anomaly.errors import OptionError

__all__ = ["ResNet", "ResNet18", "ResNet34", "ResNet50"]

_STEM_PARTS = ("conv1", "bn1", "relu", "maxpool")


class ResNet(nn.Module):
    """A stem and up to four stages; a subclass says which blocks and how many.

    Parameters are named as torchvision's (``conv1.weight``, ``layer2.0.downsample.0.weight``), so that files
    of either load into the other. Stages after the last level asked for are not built. ``stem`` and
    ``stages`` are the same modules, ready to be called one by one.

    Args:
        in_channels: Width of the images.
        width: Width of the stem; the stages have 1, 2, 4 and 8 times as much, with bottlenecks 4 times that.
        out_levels: Whose maps are returned, ascending: 0 is the stem before its pooling, 1 to 4 the stages.
        weights: ``"imagenet"`` for torchvision's IMAGENET1K_V1, a name that ``sat list weights`` prints, the
            path of a ``.pth`` or ``.safetensors`` file, or None. Loaded by :meth:`load_pretrained` and never
            by the constructor.
        normalise: Whether the first three channels are normalised as ImageNet's, as published weights expect.
        small_images: Whether the stem keeps the size, for images of about 32 pixels.

    Attributes:
        channels: Width of each returned map.
        strides: Stride of each returned map: its sides are ``ceil(H / stride)`` and ``ceil(W / stride)``.

    Raises:
        OptionError: If ``out_levels`` are not ascending numbers in 0..4, or ``normalise`` lacks RGB.

    Source:
        He et al., Deep Residual Learning for Image Recognition (2016), table 1, without the classifier.
        Weights start as torchvision's: see :func:`synth_anomaly.backbones.residual.initialise`.
    """

    block: ClassVar[ResidualBlock] = BasicBlock
    blocks: ClassVar[tuple[int, int, int, int]]
    imagenet: ClassVar[str]
    """The name of the weights that ``weights="imagenet"`` stands for."""

    conv1: nn.Module
    bn1: nn.Module
    relu: nn.Module
    maxpool: nn.Module

    def __init__(
        self,
        in_channels: int = 3,
        width: int = 64,
        out_levels: tuple[int, ...] = (1, 2, 3, 4),
        weights: WeightsText | None = None,
        normalise: bool = False,
        small_images: bool = False,
    ) -> None:
        super().__init__()
        _check_levels(out_levels)
        self.in_channels = in_channels
        self.width = width
        self.out_levels = out_levels
        self.weights = weights
        self.normalise = normalise
        self.small_images = small_images
        self.input = Normalise(in_channels) if normalise else nn.Identity()
        # Held under the stem's own names rather than as "stem", because that is how torchvision's keys read.
        for name, part in Stem(in_channels, width, small_images).named_children():
            self.add_module(name, part)
        widths = [width, *(width * self.block.expansion * 2**level for level in range(4))]
        for level in range(1, out_levels[-1] + 1):
            stride = 1 if level == 1 else 2
            stage = Stage(widths[level - 1], widths[level], self.blocks[level - 1], stride, self.block)
            self.add_module(f"layer{level}", stage)
        strides = [1, 1, 2, 4, 8] if small_images else [2, 4, 8, 16, 32]
        self.channels = tuple(widths[level] for level in out_levels)
        self.strides = tuple(strides[level] for level in out_levels)

    @property
    def stem(self) -> nn.Sequential:
        """The stem with its pooling; shares its parts with this network."""
        return nn.Sequential(OrderedDict((name, self.get_submodule(name)) for name in _STEM_PARTS))

    @property
    def stages(self) -> list[nn.Module]:
        """The stages that were built, in order; the very modules of this network."""
        return [self.get_submodule(f"layer{level}") for level in range(1, self.out_levels[-1] + 1)]

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return one ``(B, channels[i], ceil(H / strides[i]), ceil(W / strides[i]))`` map a level.

        Args:
            images: ``(B, in_channels, H, W)``; RGB in [0, 1].
        """
        features = self.relu(self.bn1(self.conv1(self.input(images))))
        maps = [features]
        for level, stage in enumerate(self.stages):
            features = stage(features if level else self.maxpool(features))
            maps.append(features)
        return [maps[level] for level in self.out_levels]

    def load_pretrained(self) -> list[str]:
        """Load the weights that the option ``weights`` asks for, if any.

        Returns:
            A line for each thing that did not load; the classifier, and the stages that were not built,
            take one line each.

        Raises:
            DataError: If the weights cannot be found or read, or none fits.
        """
        if self.weights is None:
            return []
        state, source = find_weights(self.weights, self.imagenet)
        if "conv1.weight" in state:
            state["conv1.weight"] = adapt_input(state["conv1.weight"], self.in_channels)
        beyond = [f"layer{level}." for level in range(self.out_levels[-1] + 1, 5)]
        return load_matching(self, state, source, unused=[*beyond, "fc."])


class ResNet18(ResNet):
    """ResNet-18: two basic blocks a stage; 512 channels at stride 32. Options as in :class:`ResNet`.

    Example:
        >>> import torch
        >>> trunk = ResNet18(in_channels=5, width=8, out_levels=(2, 4))
        >>> [tuple(level.shape) for level in trunk(torch.rand(1, 5, 100, 64))]
        [(1, 16, 13, 8), (1, 64, 4, 2)]
    """

    blocks = (2, 2, 2, 2)
    imagenet = "resnet18"


class ResNet34(ResNet):
    """ResNet-34: 3, 4, 6 and 3 basic blocks; 512 channels at stride 32. Options as in :class:`ResNet`."""

    blocks = (3, 4, 6, 3)
    imagenet = "resnet34"


class ResNet50(ResNet):
    """ResNet-50: 3, 4, 6 and 3 bottlenecks; 2048 channels at stride 32. Options as in :class:`ResNet`."""

    block = Bottleneck
    blocks = (3, 4, 6, 3)
    imagenet = "resnet50"


def _check_levels(levels: tuple[int, ...]) -> None:
    if not levels or list(levels) != sorted(set(levels)) or not set(levels) <= set(range(5)):
        raise OptionError(
            f"out_levels takes ascending numbers in 0..4, got {levels!r}: "
            "give for instance (1, 2, 3, 4), all stages"
        )
