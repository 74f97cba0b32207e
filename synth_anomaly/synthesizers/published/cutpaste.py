"""CutPaste: pieces of the image, their colours jittered, pasted elsewhere."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.combine import OneOf
from synth_anomaly.synthesizers.fills.colour_jitter import ColourJitter
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.rectangle import Rectangle
from synth_anomaly.synthesizers.shapes.scar import Scar

__all__ = ["cutpaste", "cutpaste_3way", "cutpaste_scar"]

_RECTANGLE = Rectangle((0.02, 0.15), ((0.3, 1.0), (1.0, 3.3)))
_SCAR = Scar((2.0, 16.0), (10.0, 25.0), (-45.0, 45.0))
_JITTERED_PATCH = Successive((Elsewhere(), ColourJitter(0.1, 0.1, 0.1, 0.1, about="box")))
_REPLACE = Replace()


def cutpaste(
    shape: Shape = _RECTANGLE,
    fill: Fill = _JITTERED_PATCH,
    blend: Blend = _REPLACE,
    visible: float = 0.0,
) -> Paste:
    """Return CutPaste: a rectangle of the image, its colours jittered, pasted at another place.

    Args:
        shape: Where it is pasted.
        fill: What is pasted.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect; 0, as in the paper, counts the whole shape.

    Source: CutPaste (arXiv 2104.04015), section 2.2: area 0.02 to 0.15 of the image, aspect ratio in (0.3, 1)
    or (1, 3.3), colour jitter of 0.1 each, of the patch.
    """
    return Paste(shape, fill, blend, visible)


def cutpaste_scar(
    shape: Shape = _SCAR, fill: Fill = _JITTERED_PATCH, blend: Blend = _REPLACE, visible: float = 0.0
) -> Paste:
    """Return CutPaste's scar: a thin rectangle at an angle, filled from another place of the image.

    Args:
        shape: Where it is pasted.
        fill: What is pasted.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect; 0, as in the paper, counts the whole shape.

    Source: CutPaste (arXiv 2104.04015), section 2.2: width 2 to 16 and length 10 to 25 pixels, for images of
    256 pixels, angle -45 to 45 degrees, colour jitter of 0.1 each. The paper turns the patch with its
    content; here the scar is turned and its content is not.
    """
    return Paste(shape, fill, blend, visible)


def cutpaste_3way(
    shape: Shape = _RECTANGLE,
    scar: Shape = _SCAR,
    fill: Fill = _JITTERED_PATCH,
    blend: Blend = _REPLACE,
    visible: float = 0.0,
) -> OneOf:
    """Return CutPaste's two defects, the rectangle and the scar, one of them for each image.

    Args:
        shape: Where the one is pasted.
        scar: Where the other is pasted.
        fill: What is pasted, in both.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect; 0, as in the paper, counts the whole shape.

    Source: CutPaste (arXiv 2104.04015), section 2.2. The paper's third way is the normal image: its network
    tells the three apart, and sees all three of each image. This makes the data, one of the two with equal
    chance; ``choice`` among the parameters says which, and ``mixed`` leaves the normal share as it is.
    """
    return OneOf((Paste(shape, fill, blend, visible), Paste(scar, fill, blend, visible)))
