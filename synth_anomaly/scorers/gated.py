"""A head's map, weighed by the distance from good images."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import FitsFeatures, Outputs, Prediction, Scorer
from synth_anomaly.losses import required_logits
from synth_anomaly.scorers.distance import Distance
from synth_anomaly.scorers.gaussian import gaussian_smoothed
from synth_anomaly.scorers.pooling import top_mean

__all__ = ["Gated"]

_DISTANCE = Distance()


class Gated(nn.Module):
    """The map is ``(p + base) * log(1 + max(distance, 0))``: a defect is what both head and distance see.

    ``p`` is the smoothed probability that the head gives, and ``distance`` the map of a distance scorer, in
    standard deviations of the good images. Where the head sees nothing a little of the distance is left, so
    that a defect unlike every synthetic one is still ranked. The image score is the mean of the map's highest
    pixels, plus a share of the distance's own image score where that is above 0.

    Args:
        distance: The scorer that says how far features are from those of good images; it is copied.
        base: What is added to the head's probability, at least 0.
        smoothing: Standard deviation of the Gaussian over the head's probability, in pixels.
        share: Share of the map's pixels that the image score is the mean of, in (0, 1].
        distance_share: Weight of the distance's own score in the image score, at least 0.

    Raises:
        OptionError: If an option is out of its range, or the distance learns nothing from features.
    """

    def __init__(
        self,
        distance: Scorer = _DISTANCE,
        base: float = 0.02,
        smoothing: float = 1.0,
        share: float = 0.002,
        distance_share: float = 0.05,
    ) -> None:
        super().__init__()
        if min(base, smoothing, distance_share) < 0 or not 0 < share <= 1:
            raise OptionError(
                "base, smoothing and distance_share take numbers of at least 0 and share one in (0, 1], "
                f"got {base!r}, {smoothing!r}, {distance_share!r} and {share!r}"
            )
        if not isinstance(distance, FitsFeatures):
            raise OptionError(
                f"distance takes a scorer that is fitted on good images, got {type(distance).__name__}: "
                "give for instance Distance() or Memory()"
            )
        self.distance: Any = copy.deepcopy(distance)  # what it learns is this scorer's own
        self.base = base
        self.smoothing = smoothing
        self.share = share
        self.distance_share = distance_share

    def forward(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the map and the mean of its highest pixels; both are at least 0.

        Raises:
            ComponentError: If the outputs lack logits or features, or nothing has been fitted.
        """
        logits = required_logits(outputs, self)
        size = images.shape[-2:]
        probability = gaussian_smoothed(logits.sigmoid(), self.smoothing)
        if probability.shape[-2:] != size:
            probability = F.interpolate(probability, size, mode="bilinear", align_corners=False)
        far = self.distance(outputs, images)
        maps = (probability + self.base) * far.maps.clamp(min=0).log1p()
        scores = top_mean(maps, self.share) + self.distance_share * far.scores.clamp(min=0)
        return Prediction(maps, scores, outputs.reconstruction)

    def fit(self, features: Iterable[Sequence[Tensor]]) -> Iterable[str]:
        """Fit the distance on features of good images; see :class:`synth_anomaly.interfaces.FitsFeatures`."""
        fitted: FitsFeatures = self.distance
        return fitted.fit(features)
