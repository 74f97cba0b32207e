"""How content joins an image."""

from synth_anomaly.synthesizers.blends.replace import Replace

__all__ = ["Replace"]
