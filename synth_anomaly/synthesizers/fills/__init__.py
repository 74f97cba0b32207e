"""What a defect shows."""

from synth_anomaly.synthesizers.fills.brightness import BrightnessShift
from synth_anomaly.synthesizers.fills.colour_jitter import ColourJitter
from synth_anomaly.synthesizers.fills.combine import Sometimes, Successive
from synth_anomaly.synthesizers.fills.constant import Constant
from synth_anomaly.synthesizers.fills.donor import Donor
from synth_anomaly.synthesizers.fills.elastic import Elastic
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.grey import Grey
from synth_anomaly.synthesizers.fills.kornia import KorniaFill
from synth_anomaly.synthesizers.fills.mirror import Mirror
from synth_anomaly.synthesizers.fills.noise import Noise
from synth_anomaly.synthesizers.fills.operations import TextureOperations
from synth_anomaly.synthesizers.fills.permute import Permute
from synth_anomaly.synthesizers.fills.quarter_turn import QuarterTurn
from synth_anomaly.synthesizers.fills.resized import Resized
from synth_anomaly.synthesizers.fills.some_of import SomeOf
from synth_anomaly.synthesizers.fills.stretch import Stretch
from synth_anomaly.synthesizers.fills.texture import Texture
from synth_anomaly.synthesizers.fills.tint import Tint

__all__ = [
    "BrightnessShift",
    "ColourJitter",
    "Constant",
    "Donor",
    "Elastic",
    "Elsewhere",
    "Grey",
    "KorniaFill",
    "Mirror",
    "Noise",
    "Permute",
    "QuarterTurn",
    "Resized",
    "SomeOf",
    "Sometimes",
    "Stretch",
    "Successive",
    "Texture",
    "TextureOperations",
    "Tint",
]
