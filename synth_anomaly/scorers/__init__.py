"""From a network's outputs to one map and one score an image."""

from __future__ import annotations

from synth_anomaly.scorers.distance import Distance
from synth_anomaly.scorers.feature_matching import FeatureMatching
from synth_anomaly.scorers.gated import Gated
from synth_anomaly.scorers.gaussian import gaussian_smoothed
from synth_anomaly.scorers.maps import anomaly_map
from synth_anomaly.scorers.memory import Memory
from synth_anomaly.scorers.pooling import Max, MeanPoolMax, Sum, TopMean, mean_pool, top_mean
from synth_anomaly.scorers.reference import DistanceScorer
from synth_anomaly.scorers.smoothing import BoxSmoothed, Difference, box_smoothed, difference_map

__all__ = [
    "BoxSmoothed",
    "Difference",
    "Distance",
    "DistanceScorer",
    "FeatureMatching",
    "Gated",
    "Max",
    "MeanPoolMax",
    "Memory",
    "Sum",
    "TopMean",
    "anomaly_map",
    "box_smoothed",
    "difference_map",
    "gaussian_smoothed",
    "mean_pool",
    "top_mean",
]
