"""What travels between the pieces, and what each kind of piece must be.

Images are float32 ``(B, 3, H, W)``, RGB in [0, 1]. Masks and anomaly maps are float32 ``(B, 1, H, W)``;
1 is a defect and a map rises with abnormality. Scores are ``(B,)`` and rise likewise.
"""

from synth_anomaly.interfaces.data import Dataset, Downloadable, Sample, WithAnomalies, WithNotes
from synth_anomaly.interfaces.images import Augmentation, Guide, NamedGuide
from synth_anomaly.interfaces.kinds import KINDS
from synth_anomaly.interfaces.method import MethodLike
from synth_anomaly.interfaces.networks import (
    Backbone,
    FitsFeatures,
    Head,
    Loss,
    Scorer,
    TransformsFeatures,
)
from synth_anomaly.interfaces.paths import IsPath, PathText
from synth_anomaly.interfaces.preparation import Pretrained, ReadsFiles, Report
from synth_anomaly.interfaces.run import EpochReport, RunContext, RunResult
from synth_anomaly.interfaces.synthesis import Blend, BoxedBlend, Fill, GuidedShape, Shape, Synthesizer
from synth_anomaly.interfaces.values import Batch, Defects, Outputs, Prediction, Size, Targets
from synth_anomaly.interfaces.weights import WeightsSource

__all__ = [
    "KINDS",
    "Augmentation",
    "Backbone",
    "Batch",
    "Blend",
    "BoxedBlend",
    "Dataset",
    "Defects",
    "Downloadable",
    "EpochReport",
    "Fill",
    "FitsFeatures",
    "Guide",
    "GuidedShape",
    "Head",
    "IsPath",
    "Loss",
    "MethodLike",
    "NamedGuide",
    "Outputs",
    "PathText",
    "Prediction",
    "Pretrained",
    "ReadsFiles",
    "Report",
    "RunContext",
    "RunResult",
    "Sample",
    "Scorer",
    "Shape",
    "Size",
    "Synthesizer",
    "Targets",
    "TransformsFeatures",
    "WeightsSource",
    "WithAnomalies",
    "WithNotes",
]
