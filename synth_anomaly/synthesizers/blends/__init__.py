"""How content joins an image."""

from synth_anomaly.synthesizers.blends.alpha import Alpha
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.blends.soft import Soft

__all__ = ["Alpha", "Replace", "Soft"]
