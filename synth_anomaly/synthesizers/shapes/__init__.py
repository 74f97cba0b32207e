"""Where a defect lies."""

from synth_anomaly.synthesizers.shapes.blob import Blob
from synth_anomaly.synthesizers.shapes.bounded import Bounded
from synth_anomaly.synthesizers.shapes.curved_line import CurvedLine
from synth_anomaly.synthesizers.shapes.drawn_masks import DrawnMasks
from synth_anomaly.synthesizers.shapes.ellipse import Ellipse
from synth_anomaly.synthesizers.shapes.gamma_rectangle import GammaRectangle
from synth_anomaly.synthesizers.shapes.noise_blob import NoiseBlob
from synth_anomaly.synthesizers.shapes.pair import Pair
from synth_anomaly.synthesizers.shapes.perlin import Perlin
from synth_anomaly.synthesizers.shapes.polygon import Polygon
from synth_anomaly.synthesizers.shapes.rectangle import Rectangle
from synth_anomaly.synthesizers.shapes.saliency_perlin import SaliencyPerlin
from synth_anomaly.synthesizers.shapes.scar import Scar
from synth_anomaly.synthesizers.shapes.several import Several
from synth_anomaly.synthesizers.shapes.soft_blob import SoftBlob
from synth_anomaly.synthesizers.shapes.whole_image import WholeImage
from synth_anomaly.synthesizers.shapes.within import Within

__all__ = [
    "Blob",
    "Bounded",
    "CurvedLine",
    "DrawnMasks",
    "Ellipse",
    "GammaRectangle",
    "NoiseBlob",
    "Pair",
    "Perlin",
    "Polygon",
    "Rectangle",
    "SaliencyPerlin",
    "Scar",
    "Several",
    "SoftBlob",
    "WholeImage",
    "Within",
]
