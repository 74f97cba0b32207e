"""Distances from good images as a map in their own unit: what the distance scorers share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.backbones import FittedModule
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import Outputs, Prediction, Size
from synth_anomaly.numerics import full_precision
from synth_anomaly.scorers.gaussian import gaussian_smoothed
from synth_anomaly.scorers.pooling import top_mean

__all__ = ["DistanceScorer", "pooled_features"]


def pooled_features(features: Sequence[Tensor], levels: Sequence[int], size: Size) -> Tensor:
    """Return some levels of features in one map, each averaged over 3x3 cells.

    Args:
        features: Maps ``(B, C, H, W)``, from fine to coarse.
        levels: Which of them.
        size: Height and width of the result: a finer level is averaged, a coarser one enlarged bilinearly.

    Returns:
        ``(B, sum of C, *size)`` float32.
    """
    parts = []
    for level in levels:
        part = F.avg_pool2d(features[level].float(), 3, 1, 1, count_include_pad=False)
        if part.shape[-1] > size[1] or part.shape[-2] > size[0]:
            part = F.adaptive_avg_pool2d(part, size)
        elif part.shape[-2:] != size:
            part = F.interpolate(part, size, mode="bilinear", align_corners=False)
        parts.append(part)
    return torch.cat(parts, dim=1)


class DistanceScorer(FittedModule, ABC):
    """A scorer that is fitted on features of good images, and whose map is the distance from them.

    The map is smoothed, enlarged to the image, and told in standard deviations from the mean of what the good
    images themselves have when each is left out: about 0 on a good image. The image score is the mean of its
    highest 0.2%.

    A subclass learns in ``fit``, which ends with :meth:`settle`, and computes :meth:`distances`.

    Args:
        *names: Names of the buffers that a subclass learns.
        levels: Which levels of the features it compares; None is all but the finest where there are several.
        smoothing: Standard deviation of the Gaussian that smooths the map, in cells of the finest features.
    """

    centre: Tensor
    spread: Tensor

    def __init__(self, *names: str, levels: tuple[int, ...] | None, smoothing: float) -> None:
        super().__init__(*names, "centre", "spread")
        if smoothing < 0:
            raise OptionError(f"smoothing takes a number of cells, at least 0, got {smoothing!r}: try 1")
        self.levels = levels
        self.smoothing = smoothing

    def forward(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the map in standard deviations of the good images, and the mean of its highest 0.2%.

        Raises:
            ComponentError: If the outputs have no features, or nothing has been fitted.
        """
        maps = self.standardised(outputs.features, (images.shape[-2], images.shape[-1]))
        return Prediction(maps, top_mean(maps), outputs.reconstruction)

    def standardised(self, features: Sequence[Tensor], size: Size) -> Tensor:
        """Return the map of :meth:`forward` from features, ``(B, 1, *size)`` float32.

        Raises:
            ComponentError: If there are no features, or nothing has been fitted.
        """
        self.require_fitted()
        with full_precision(features[0].device if features else torch.device("cpu")):
            distances = self.distances(features)
            smooth = (self._smoothed(distances, features) - self.centre) / self.spread
            return F.interpolate(smooth, size, mode="bilinear", align_corners=False)

    @abstractmethod
    def distances(self, features: Sequence[Tensor]) -> Tensor:
        """Return the distances of features from the good ones, ``(B, 1, h, w)`` float32."""

    def settle(self, left_out: Tensor, features: Sequence[Tensor]) -> None:
        """Learn the unit of the map.

        Args:
            left_out: ``(N, 1, h, w)``, distances of good images, each as if it had not been learned from.
            features: Features of a batch, of whose finest level the size is taken.
        """
        maps = torch.cat([self._smoothed(part, features) for part in torch.split(left_out, 16)])
        self.learn(centre=maps.mean()[None], spread=maps.std().clamp(min=1e-6)[None])

    def chosen_levels(self, features: Sequence[Tensor]) -> tuple[int, ...]:
        """Return which levels are compared.

        Raises:
            ComponentError: If there are no features, or a level is not among them.
        """
        count = len(features)
        if not count:
            raise ComponentError(
                f"{type(self).__name__} needs outputs.features, got none: give the network a backbone"
            )
        levels = tuple(range(1 if count > 1 else 0, count)) if self.levels is None else self.levels
        if not levels or not 0 <= min(levels) <= max(levels) < count:
            raise ComponentError(
                f"{type(self).__name__} compares levels {levels}, got features of {count} levels: "
                f"name some of 0 to {count - 1} (levels)"
            )
        return levels

    def _smoothed(self, distances: Tensor, features: Sequence[Tensor]) -> Tensor:
        finest = features[0].shape[-2:]
        enlarged = F.interpolate(distances, finest, mode="bilinear", align_corners=False)
        return gaussian_smoothed(enlarged, self.smoothing)
