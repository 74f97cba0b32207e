"""Checks that a plugin's author runs on a component: plain functions that raise AssertionError."""

from synth_anomaly.testing.backbone import check_backbone
from synth_anomaly.testing.head import check_head
from synth_anomaly.testing.loss import check_loss
from synth_anomaly.testing.scorer import check_scorer
from synth_anomaly.testing.synthesizer import check_synthesizer

__all__ = ["check_backbone", "check_head", "check_loss", "check_scorer", "check_synthesizer"]
