"""The generic method, composed of pieces of your choice."""

from __future__ import annotations

from synth_anomaly.pipeline.method import Pipeline
from synth_anomaly.pipeline.settings import PipelineSettings

__all__ = ["Pipeline", "PipelineSettings"]
