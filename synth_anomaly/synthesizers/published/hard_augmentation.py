"""AnoSeg's hard augmentation: CutPaste from a copy that is no longer normal."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.fills.colour_jitter import ColourJitter
from synth_anomaly.synthesizers.fills.combine import Sometimes, Successive
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.permute import Permute
from synth_anomaly.synthesizers.fills.quarter_turn import QuarterTurn
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.rectangle import Rectangle

__all__ = ["hard_augmentation"]

_RECTANGLE = Rectangle()
_REPLACE = Replace()
_HARD = Successive(
    (Sometimes(QuarterTurn(), 0.5), Sometimes(Permute(), 0.5), Sometimes(ColourJitter(), 0.5), Elsewhere())
)


def hard_augmentation(
    shape: Shape = _RECTANGLE, fill: Fill = _HARD, blend: Blend = _REPLACE, visible: float = 0.0
) -> Paste:
    """Return AnoSeg's hard augmentation: CutPaste from a turned, permuted and jittered copy of the image.

    Each of the three changes happens with probability 0.5, in this order; then a random rectangle of the
    copy is pasted at a random place.

    Args:
        shape: Where it is pasted.
        fill: What is pasted.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect; 0, as in the paper, counts the whole shape.

    Source: AnoSeg, section 3.1 and Fig. 3. The paper leaves open how the copy is permuted (here as in CSI's
    code, by halves), how strong the jitter is (here CSI's 0.4, 0.4, 0.4, 0.1), and whether the rectangle
    comes from the same image (here it does, from an independent place; put ``donor`` first for another one).
    """
    return Paste(shape, fill, blend, visible)
