"""SGSF's anomalies: DRAEM's, where the image is salient."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.alpha import Alpha
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.operations import TextureOperations
from synth_anomaly.synthesizers.fills.texture import Texture
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.saliency_perlin import SaliencyPerlin

__all__ = ["saliency_perlin"]

_SALIENT = SaliencyPerlin(a=0.4, b=0.2)
_TEXTURES = Successive((Texture(), TextureOperations(count=3)))
_OPACITY = Alpha((0.1, 1.0))


def saliency_perlin(
    shape: Shape = _SALIENT, fill: Fill = _TEXTURES, blend: Blend = _OPACITY, visible: float = 0.0
) -> Paste:
    """Return SGSF's forged images: an altered texture where saliency times Perlin noise is high.

    The guide is the saliency. Where it leaves nothing above the threshold the sample stays normal.

    Args:
        shape: Where the texture is shown.
        fill: The texture; one made by rule where no folder is given.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect; 0, as in the paper, counts the whole shape.

    Source: SGSF, section III-B, equations 1 to 3: ``a = 0.4`` and ``b = 0.2`` in the threshold, opacity 0.1
    to 1 in equation 2, noise and textures as in DRAEM's published code. The paper has three forged images to
    one normal image: that is ``mixed`` with 0.75. Its saliency is a network's; here any guide will do, and
    without one everything is salient.
    """
    return Paste(shape, fill, blend, visible)
