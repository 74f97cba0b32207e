"""Moved regions: what a missing, misplaced or turned part looks like."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers.blends.replace import Replace
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.mirror import Mirror
from synth_anomaly.synthesizers.fills.quarter_turn import QuarterTurn
from synth_anomaly.synthesizers.fills.some_of import SomeOf
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.shapes.polygon import Polygon

__all__ = ["moved_regions"]

_LARGE = Polygon(area=(0.08, 0.4), aspect=(0.5, 2.0))
_OTHER_CONTENT = SomeOf((Elsewhere(), Mirror(), QuarterTurn()), count=1)
_REPLACE = Replace()


def moved_regions(
    shape: Shape = _LARGE,
    fill: Fill = _OTHER_CONTENT,
    blend: Blend = _REPLACE,
    visible: float = 0.0,
) -> Paste:
    """Return large regions that show another part of the image, as missing and misplaced parts do.

    A polygon of 8% to 40% of the image shows, with equal chance, what lies elsewhere in the image, the
    mirrored image, or the image turned by a quarter or a half. It teaches where parts always lie alike; on a
    texture, or on a part that looks the same turned, most of it is no defect.

    Args:
        shape: Where the regions are.
        fill: What they show.
        blend: How they join the image.
        visible: How much a pixel must change to be a defect; 0 counts the whole shape.

    Example:
        >>> import torch
        >>> images = torch.rand(2, 3, 64, 64)
        >>> tuple(moved_regions()(images, torch.Generator().manual_seed(0)).masks.shape)
        (2, 1, 64, 64)

    Source: ours, and no paper's; the fills are CutPaste's (arXiv 2104.04015) and AnoSeg's.
    """
    return Paste(shape, fill, blend, visible)
