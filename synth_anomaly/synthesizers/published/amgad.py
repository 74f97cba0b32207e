"""AMGAD's anomalies: the whole image changed hard, or a region of it."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.combine import OneOf
from synth_anomaly.synthesizers.fills.colour_jitter import ColourJitter
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.constant import Constant
from synth_anomaly.synthesizers.fills.permute import Permute
from synth_anomaly.synthesizers.fills.quarter_turn import QuarterTurn
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.rectangle import Rectangle
from synth_anomaly.synthesizers.shapes.whole_image import WholeImage

__all__ = ["amgad"]

_REGION = Rectangle((0.02, 0.6), ((1.0, 1.0),))
_AUGMENTED = Successive((QuarterTurn(), Permute(), ColourJitter()))
_ZEROS = Constant()
_REPLACE = Replace()
_SHARES = (0.5, 0.25, 0.25)


def amgad(shape: Shape = _REGION, fill: Fill = _AUGMENTED, blend: Blend = _REPLACE) -> OneOf:
    """Return AMGAD's anomalies: the whole image augmented, or a region of it replaced as in CutMix.

    Half of the samples are turned, permuted and jittered as a whole, one after the other; their masks are 1
    everywhere. In the other half a region is replaced, with equal chance by zeros or by the same region of
    such an augmented copy.

    Args:
        shape: The region.
        fill: What makes the augmented copy.
        blend: How the region is joined.

    Source: AMGAD, section 3.2.1 and Fig. 3. The paper leaves open how many samples are of either kind (here
    half), the three augmentations (here CSI's: 90, 180 or 270 degrees, swapped halves, 0.4, 0.4, 0.4, 0.1)
    and the region. CutMix's boxes are squares, cut at the image's edge, of 0.32 of its area on average; here
    they are squares inside the image, of 0.02 to 0.6.
    """
    whole = Paste(WholeImage(), fill, blend)
    return OneOf((whole, Paste(shape, _ZEROS, blend), Paste(shape, fill, blend)), _SHARES)
