"""From a network's outputs to one map and one score an image."""

from __future__ import annotations

from synth_anomaly.scorers.feature_matching import FeatureMatching
from synth_anomaly.scorers.maps import anomaly_map
from synth_anomaly.scorers.pooling import Max, MeanPoolMax, Sum, mean_pool
from synth_anomaly.scorers.smoothing import BoxSmoothed, Difference, box_smoothed, difference_map

__all__ = [
    "BoxSmoothed",
    "Difference",
    "FeatureMatching",
    "Max",
    "MeanPoolMax",
    "Sum",
    "anomaly_map",
    "box_smoothed",
    "difference_map",
    "mean_pool",
]
