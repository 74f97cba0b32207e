"""Synthetic defects: shapes, fills and blends, and what is made of them."""

from synth_anomaly.synthesizers.blends import Alpha, Replace, Soft
from synth_anomaly.synthesizers.combine import Chain, Mixed, OneOf
from synth_anomaly.synthesizers.fills import (
    ColourJitter,
    Donor,
    Elsewhere,
    Permute,
    QuarterTurn,
    Sometimes,
    Successive,
)
from synth_anomaly.synthesizers.named import cutpaste, hard_augmentation
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.replay import Replayable
from synth_anomaly.synthesizers.shapes import Rectangle, Scar, WholeImage

__all__ = [
    "Alpha",
    "Chain",
    "ColourJitter",
    "Donor",
    "Elsewhere",
    "Mixed",
    "OneOf",
    "Paste",
    "Permute",
    "QuarterTurn",
    "Rectangle",
    "Replace",
    "Replayable",
    "Scar",
    "Soft",
    "Sometimes",
    "Successive",
    "WholeImage",
    "cutpaste",
    "hard_augmentation",
]
