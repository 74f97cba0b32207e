"""A score from the features that a discriminator has of an image and of its reconstruction."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Outputs, Prediction
from synth_anomaly.losses.feature_matching import feature_distance
from synth_anomaly.scorers.maps import anomaly_map

__all__ = ["FeatureMatching"]


class FeatureMatching:
    """The score is the weighted sum of two distances: of features, and of images.

    It expects ``outputs.features = (real, fake)``, each ``(B, ...)``: the features of the image joined with
    an all-normal map, and of the reconstruction joined with its map. The method that owns the discriminator
    computes the two. A term of weight 0 is left out, and so is what it needs.

    Args:
        alpha: Weight of the features' mean squared difference.
        beta: Weight of the images' mean squared difference.

    Source:
        AnoSeg, equation 5, with the weights of its section 3.4. The map is that of
        :func:`synth_anomaly.scorers.anomaly_map`.

    Example:
        >>> outputs = Outputs(
        ...     reconstruction=torch.zeros(1, 3, 4, 4), features=(torch.zeros(1, 8), torch.ones(1, 8))
        ... )
        >>> FeatureMatching()(outputs, torch.ones(1, 3, 4, 4)).scores
        tensor([1.1000])
    """

    def __init__(self, alpha: float = 1.0, beta: float = 0.1) -> None:
        self.alpha = alpha
        self.beta = beta

    def __call__(self, outputs: Outputs, images: Tensor) -> Prediction:
        """Return the map and the score.

        Raises:
            ComponentError: If the outputs lack the pair of features, the reconstruction, or a map.
        """
        scores = torch.zeros(len(images), device=images.device)
        if self.alpha:
            scores = scores + self.alpha * feature_distance(*_pair(outputs))
        if self.beta:
            if outputs.reconstruction is None:
                raise ComponentError(
                    "FeatureMatching needs outputs.reconstruction, got None: "
                    "give the network a head for the image, or beta = 0"
                )
            scores = scores + self.beta * feature_distance(images, outputs.reconstruction)
        return Prediction(anomaly_map(outputs, images), scores, outputs.reconstruction)


def _pair(outputs: Outputs) -> tuple[Tensor, Tensor]:
    if len(outputs.features) != 2:
        raise ComponentError(
            f"FeatureMatching needs outputs.features = (real, fake), got {len(outputs.features)} features: "
            "use a method with a discriminator, or another scorer"
        )
    real, fake = outputs.features
    return real, fake
