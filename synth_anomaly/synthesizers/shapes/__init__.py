"""Where a defect lies."""

from synth_anomaly.synthesizers.shapes.rectangle import Rectangle
from synth_anomaly.synthesizers.shapes.scar import Scar
from synth_anomaly.synthesizers.shapes.whole_image import WholeImage

__all__ = ["Rectangle", "Scar", "WholeImage"]
