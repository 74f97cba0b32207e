"""GLASS's local anomalies: textures where two fields of Perlin noise say so."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.alpha import Alpha
from synth_anomaly.synthesizers.fills.colour_jitter import ColourJitter
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.grey import Grey
from synth_anomaly.synthesizers.fills.mirror import Mirror
from synth_anomaly.synthesizers.fills.operations import TextureOperations
from synth_anomaly.synthesizers.fills.some_of import SomeOf
from synth_anomaly.synthesizers.fills.stretch import Stretch
from synth_anomaly.synthesizers.fills.texture import Texture
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.pair import Pair
from synth_anomaly.synthesizers.shapes.perlin import Perlin

__all__ = ["glass"]

_PERLIN = Perlin((1, 32), octaves=1, rotation=(-90.0, 90.0), threshold=0.5)
_PAIR = Pair(_PERLIN, _PERLIN)
_OPERATIONS = (
    ColourJitter(brightness=0.0, contrast=0.2, saturation=0.0, hue=0.0),
    ColourJitter(brightness=0.2, contrast=0.0, saturation=0.0, hue=0.0),
    ColourJitter(brightness=0.0, contrast=0.0, saturation=0.2, hue=0.2),
    Mirror("width"),
    Mirror("height"),
    Grey(),
    Stretch(),
    TextureOperations(("equalise",), count=1),
    TextureOperations(("rotation",), count=1),
)
_TEXTURES = Successive((Texture(), SomeOf(_OPERATIONS, count=3)))
_TRANSPARENCY = Alpha((0.2, 0.8), deviation=0.1)


def glass(
    shape: Shape = _PAIR, fill: Fill = _TEXTURES, blend: Blend = _TRANSPARENCY, visible: float = 0.0
) -> Paste:
    """Return GLASS's local anomalies: an altered texture in one of three joins of two Perlin masks.

    The join is the union, the intersection or the first mask alone, with equal chance. Intersections are
    often empty: such a sample stays normal.

    Args:
        shape: Where the texture is shown.
        fill: The texture; one made by rule where no folder is given.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect; 0, as in the paper, counts the whole shape.

    Source: GLASS (arXiv 2407.09359), its local anomaly synthesis, with the values of its published code:
    masks as DRAEM's, cut by a foreground (a guide here); transparency N(0.5, 0.1) cut to 0.2 to 0.8, which
    is the opacity as well, 0.5 being in the middle; a texture of DTD with three of nine operations:
    contrast, brightness, saturation with hue, either mirroring, grey, autocontrast, equalising, a rotation of
    up to 45 degrees. What differs: the code draws masks until one is not empty; it turns the hue in HSV
    after or before the saturation, here it is turned in YIQ, after it; it rotates to the nearest pixel, here
    bilinearly; it rounds to 256 levels after each operation, here equalising and rotating alone do.
    """
    return Paste(shape, fill, blend, visible)
