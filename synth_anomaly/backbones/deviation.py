"""How far the features of a frozen network deviate from those of the good images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from synth_anomaly.backbones.fitted import FittedModule
from synth_anomaly.backbones.moments import Moments
from synth_anomaly.backbones.prototypes import nearest, sample_cells, select_prototypes
from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.interfaces import Backbone
from synth_anomaly.numerics import full_precision

__all__ = ["Deviation", "Reference"]

Reference = Literal["auto", "position", "prototypes", "both"]
"""What features are compared with: those of good images at the same position, similar ones, or both."""

_FLOOR = 0.05
_LEAST_SPREAD = 0.2
_CELLS = 12_000
_CACHED_PIXELS = 1 << 17


class Deviation(nn.Module):
    """Replaces the features of a frozen network by their standardised deviation from good images.

    A head trained on synthetic defects over features themselves learns what these defects look like; over
    their deviation it learns how a defect departs from normal, which real defects share.

    The deviation by position is ``(f - mean) / sqrt(variance + floor)``, with mean and variance over the good
    images at each position of each feature map. The variance is averaged over 3x3 positions, and the floor is
    a twentieth of the channel's variance over all positions. The deviation from prototypes, for parts that
    lie differently in each image, is the difference from the nearest of some good features of the same level
    (k-means), after each channel is standardised.

    Args:
        trunk: The network whose features are compared; its weights stay as they are.
        reference: ``"position"``; ``"prototypes"``; ``"both"``, where all levels but the finest have the
            deviation from prototypes beside that by position; or ``"auto"``: by position where the good
            images are aligned, else both, decided by :attr:`alignment`.
        aligned: From which alignment on ``"auto"`` compares by position alone, in [0, 1].
        prototypes: How many prototypes a level has at most.
        clip: The largest absolute deviation, in standard deviations.

    Attributes:
        channels: Width of each returned map.
        strides: Those of the trunk.
        alignment: 1 minus the share of the features' variance that is found at one position, as a mean over
            channels and levels but the finest: 1 for identical images, about 0 where no position differs from
            any other. A tensor of one element.

    Raises:
        OptionError: If an option is out of its range.

    Source:
        Ours. Statistics by position as in PaDiM (Defard et al., 2021) without the covariances, prototypes as
        in PatchCore's memory (Roth et al., 2022) by k-means; the input of a head trained on synthetic
        defects.

    Example:
        >>> from synth_anomaly.backbones import ResNet18
        >>> backbone = Deviation(ResNet18(width=4, out_levels=(1, 2)), reference="position")
        >>> lines = backbone.fit([backbone.trunk(torch.rand(8, 3, 32, 32))])
        >>> [tuple(level.shape) for level in backbone(torch.rand(1, 3, 32, 32))]
        [(1, 4, 8, 8), (1, 8, 4, 4)]
    """

    alignment: Tensor

    def __init__(
        self,
        trunk: Backbone,
        reference: Reference = "auto",
        aligned: float = 0.45,
        prototypes: int = 256,
        clip: float = 8.0,
    ) -> None:
        super().__init__()
        if not 0 <= aligned <= 1:
            raise OptionError(f"aligned takes a number in [0, 1], got {aligned!r}: 0.45 is the default")
        if prototypes < 1 or not clip > 0:
            raise OptionError(
                f"prototypes and clip take numbers above 0, got prototypes={prototypes!r} and clip={clip!r}"
            )
        self.trunk: Any = trunk
        if isinstance(trunk, nn.Module):
            trunk.requires_grad_(False)
        self.reference = reference
        self.aligned = aligned
        self.prototypes = prototypes
        self.clip = clip
        doubled = reference in ("auto", "both")
        self.channels = tuple(
            width * (2 if doubled and row else 1) for row, width in enumerate(trunk.channels)
        )
        self.strides = tuple(trunk.strides)
        self.levels = nn.ModuleList(_Level(width) for width in self.channels)
        self.register_buffer("alignment", torch.full((), torch.nan))

    def train(self, mode: bool = True) -> Self:
        """Set the mode; the trunk always computes as in evaluation."""
        super().train(mode)
        if isinstance(self.trunk, nn.Module):
            self.trunk.eval()
        return self

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return one ``(B, channels[i], ceil(H / strides[i]), ceil(W / strides[i]))`` map a level.

        Args:
            images: ``(B, 3, H, W)``, RGB in [0, 1], of the size that the good images had.
        """
        return self.transform(frozen_features(self.trunk, images))

    def transform(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Return the deviations of the trunk's features, within ``clip`` of 0.

        Raises:
            ComponentError: If nothing has been fitted.
            DataError: If the features are of images of another size than the good ones.
        """
        by_prototype = self._by_prototype
        with full_precision(features[0].device):  # in fewer digits another prototype may be the nearest
            return [
                level.deviation(
                    feature.float(),
                    by_position=self.reference != "prototypes",
                    by_prototype=by_prototype and (row > 0 or self.reference == "prototypes"),
                    clip=self.clip,
                )
                for row, (level, feature) in enumerate(zip(self._each(), features, strict=True))
            ]

    def fit(self, features: Iterable[Sequence[Tensor]]) -> list[str]:
        """Learn mean, variance and prototypes from the trunk's features of good images.

        Args:
            features: Batches of the trunk's maps.

        Returns:
            A line that says how aligned the images are and what is compared.

        Raises:
            DataError: If there are fewer than two images.
        """
        moments = [Moments() for _ in self.levels]
        cells: list[list[Tensor]] = [[] for _ in self.levels]
        # one for each level, so that how the images are cut into batches decides nothing
        generators = [
            Generator().manual_seed(int(torch.randint(1 << 62, (), device="cpu"))) for _ in self.levels
        ]
        for batch in features:
            for row, feature in enumerate(batch):
                moments[row].add(feature.float())
                cells[row].append(sample_cells(feature.float(), generators[row]))
        if not moments[0].count > 1:
            raise DataError(
                f"expected at least 2 good images to compare with, got {moments[0].count:.0f}: give more"
            )
        for level, moment, sample in zip(self._each(), moments, cells, strict=True):
            level.fit(moment, torch.cat(sample), self.prototypes)
        shares = [moment.alignment() for moment in moments]
        self.alignment = torch.stack(shares[1:] or shares).mean()
        return [self._note()]

    @property
    def _by_prototype(self) -> bool:
        if self.reference == "auto":
            return not float(self.alignment) >= self.aligned
        return self.reference != "position"

    def _each(self) -> list[_Level]:
        return list(self.levels)  # type: ignore[arg-type]  # made as such

    def _note(self) -> str:
        by_position = self.reference != "prototypes"
        both = "by position and with prototypes" if self._by_prototype else "by position"
        compared = both if by_position else "with prototypes"
        return f"alignment of the good images {float(self.alignment):.2f}: features are compared {compared}"


class _Level(FittedModule):
    """What is known of the good features of one level.

    Args:
        channels: Width of the deviations.
    """

    mean: Tensor
    scale: Tensor
    centre: Tensor
    spread: Tensor
    cells: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__("mean", "scale", "centre", "spread", "cells")
        self.channels = channels

    def fit(self, moments: Moments, cells: Tensor, prototypes: int) -> None:
        within, overall = moments.variance(), moments.channel_variance()
        smooth = F.avg_pool2d(within[None], 3, 1, 1, count_include_pad=False)[0]
        least = torch.finfo(torch.float32).tiny
        spread = overall.sqrt()
        spread = spread.clamp(min=max(_LEAST_SPREAD * float(spread.median()), least))
        centre = moments.channel_mean()
        rows = torch.randperm(len(cells), device="cpu")[:_CELLS].to(cells.device)
        self.learn(
            mean=moments.mean,
            scale=(smooth + _FLOOR * overall[:, None, None]).clamp(min=least).rsqrt(),
            centre=centre,
            spread=spread,
            cells=select_prototypes((cells[rows] - centre) / spread, prototypes),
        )

    def deviation(self, features: Tensor, *, by_position: bool, by_prototype: bool, clip: float) -> Tensor:
        self.require_fitted("Deviation")
        if features.shape[1:] != self.mean.shape:
            raise DataError(
                f"the good images have feature maps of {tuple(self.mean.shape)}, "
                f"got {tuple(features.shape[1:])}: give images of the size that was trained on"
            )
        parts = []
        if by_position:
            parts.append(((features - self.mean) * self.scale).clamp(-clip, clip))
        if by_prototype:
            cells = (features.movedim(1, -1) - self.centre) / self.spread
            parts.append((cells - nearest(cells, self.cells)).movedim(-1, 1).clamp(-clip, clip))
        # What "auto" does not compare is 0, so that the width does not depend on the images.
        missing = self.channels - sum(part.shape[1] for part in parts)
        if missing:
            parts.append(features.new_zeros(len(features), missing, *features.shape[2:]))
        return torch.cat(parts, dim=1)


@torch.no_grad()
def frozen_features(network: Backbone, images: Tensor) -> list[Tensor]:
    """Return a frozen network's feature maps of images, without gradients.

    On a CPU the batch is computed in parts whose activations stay in its cache.

    Args:
        network: The network, in evaluation mode.
        images: ``(B, 3, H, W)``.
    """
    if images.device.type != "cpu":
        return network(images)
    count = max(1, _CACHED_PIXELS // (images.shape[-2] * images.shape[-1]))
    images = images.contiguous(memory_format=torch.channels_last)
    parts = [network(part) for part in torch.split(images, count)]
    return [torch.cat(level) for level in zip(*parts, strict=True)]
