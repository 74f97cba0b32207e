"""Every kind of component."""

from __future__ import annotations

from collections.abc import Mapping

from synth_anomaly.interfaces.data import Dataset
from synth_anomaly.interfaces.images import Augmentation, Guide
from synth_anomaly.interfaces.method import MethodLike
from synth_anomaly.interfaces.networks import Backbone, Head, Loss, Scorer
from synth_anomaly.interfaces.synthesis import Blend, Fill, Shape, Synthesizer
from synth_anomaly.interfaces.weights import WeightsSource

__all__ = ["KINDS"]

KINDS: Mapping[str, type] = {
    "synthesizer": Synthesizer,
    "shape": Shape,
    "fill": Fill,
    "blend": Blend,
    "guide": Guide,
    "augmentation": Augmentation,
    "backbone": Backbone,
    "weights": WeightsSource,
    "head": Head,
    "loss": Loss,
    "scorer": Scorer,
    "method": MethodLike,
    "dataset": Dataset,
}
"""Every kind of component, and the protocol that its members follow."""
