"""How content joins an image."""

from synth_anomaly.synthesizers.blends.alpha import Alpha
from synth_anomaly.synthesizers.blends.gradient_domain import GradientDomain
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.blends.soft import Soft

__all__ = ["Alpha", "GradientDomain", "Replace", "Soft"]
