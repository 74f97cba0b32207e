"""Several small, faint regions an image: what short trainings of narrow networks learn from."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.soft import Soft
from synth_anomaly.synthesizers.combine import Chain
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.published import hard_augmentation
from synth_anomaly.synthesizers.shapes.rectangle import Rectangle
from synth_anomaly.synthesizers.shapes.scar import Scar

__all__ = ["small_regions"]

_RECTANGLE = Rectangle((0.002, 0.06), ((0.1667, 1.0), (1.0, 6.0)))
_LINE = Scar((1.0, 4.0), (6.0, 50.0), (-90.0, 90.0))
_SCAR = Scar((1.5, 12.0), (4.0, 30.0), (-90.0, 90.0))
_SHAPES = (_RECTANGLE, _RECTANGLE, _LINE, _SCAR)
_HARD = hard_augmentation().fill
_FAINT = Soft((0.0, 0.015), (0.3, 1.0))


def small_regions(
    shapes: tuple[Shape, ...] = _SHAPES, fill: Fill = _HARD, blend: Blend = _FAINT, visible: float = 0.03
) -> Chain:
    """Return several small pastes an image: two rectangles, a line and a scar, soft and often faint.

    Several regions an image keep enough of its pixels defective for a narrow network to learn. Soft outlines
    and low opacity keep it from learning sharp, upright edges alone; the line and the scar lie at any angle.
    What cannot be seen, such as background pasted on background, is no defect to learn.

    Args:
        shapes: Where it is pasted, one after the other; scars are measured in pixels, for images of 128.
        fill: What is pasted: AnoSeg's hard augmentation by default.
        blend: How it is joined.
        visible: How much a pixel must change to be a defect.

    Source: ours, and no paper's; the presets ``quick`` of AnoSeg and AMGAD learn from it. The content is
    AnoSeg's, the scars are CutPaste's with other sizes.
    """
    return Chain(tuple(Paste(shape, fill, blend, visible) for shape in shapes))
