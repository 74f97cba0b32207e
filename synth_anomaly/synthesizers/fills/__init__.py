"""What a defect shows."""

from synth_anomaly.synthesizers.fills.colour_jitter import ColourJitter
from synth_anomaly.synthesizers.fills.combine import Sometimes, Successive
from synth_anomaly.synthesizers.fills.donor import Donor
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.permute import Permute
from synth_anomaly.synthesizers.fills.quarter_turn import QuarterTurn

__all__ = ["ColourJitter", "Donor", "Elsewhere", "Permute", "QuarterTurn", "Sometimes", "Successive"]
