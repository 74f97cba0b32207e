"""From a network's outputs to one map and one score an image."""

from __future__ import annotations

from synth_anomaly.scorers.feature_matching import FeatureMatching
from synth_anomaly.scorers.maps import anomaly_map
from synth_anomaly.scorers.pooling import Max, MeanPoolMax, Sum, mean_pool

__all__ = ["FeatureMatching", "Max", "MeanPoolMax", "Sum", "anomaly_map", "mean_pool"]
