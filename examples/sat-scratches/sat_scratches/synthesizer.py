"""Scratches on normal images."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape
from synth_anomaly.synthesizers import ColourJitter, Paste, Replace

from sat_scratches.shape import Scratches

__all__ = ["scratches"]

_SHAPE = Scratches()
_FILL = ColourJitter(brightness=0.8, contrast=0.5, saturation=0.5, hue=0.0)
_BLEND = Replace()


def scratches(shape: Shape = _SHAPE, fill: Fill = _FILL, blend: Blend = _BLEND) -> Paste:
    """Return a synthesizer of scratches: a thin line in which the image has other colours.

    Args:
        shape: Where the scratch is.
        fill: What is seen in it.
        blend: How it joins the image.
    """
    return Paste(shape, fill, blend)
