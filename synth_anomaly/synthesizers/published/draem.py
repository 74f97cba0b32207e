"""DRAEM's anomalies: textures that shine through where Perlin noise is high."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.alpha import Alpha
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.operations import TextureOperations
from synth_anomaly.synthesizers.fills.texture import Texture
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.perlin import Perlin

__all__ = ["draem"]

_PERLIN = Perlin((1, 32), octaves=1, rotation=(-90.0, 90.0), threshold=0.5)
_TEXTURES = Successive((Texture(), TextureOperations(count=3)))
_OPACITY = Alpha((0.2, 1.0))


def draem(
    shape: Shape = _PERLIN, fill: Fill = _TEXTURES, blend: Blend = _OPACITY, visible: float = 0.0
) -> Paste:
    """Return DRAEM's anomalies: an altered texture, mixed into the image where Perlin noise is high.

    A few samples have an empty mask and stay normal.

    Args:
        shape: Where the texture is shown.
        fill: The texture; one made by rule where no folder is given.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect; 0, as in the paper, counts the whole shape.

    Source: DRAEM (arXiv 2108.07610), section 3.1 and equation 1, with the values of its published code: one
    octave of 2^0 to 2^5 cells along each axis, turned by up to 90 degrees, above 0.5; a texture of DTD with
    three of ten operations; opacity 0.2 to 1 (in the paper 0.1 to 1). The code leaves half of all samples
    without an anomaly: that is the task of ``mixed``.
    """
    return Paste(shape, fill, blend, visible)
