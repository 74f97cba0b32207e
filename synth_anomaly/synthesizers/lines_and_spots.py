"""Lines and spots: what scratches, cracks, stains and specks look like on any product."""

from __future__ import annotations

from synth_anomaly.interfaces import Blend, Fill, Shape, Synthesizer
from synth_anomaly.synthesizers.blends.soft import Soft
from synth_anomaly.synthesizers.combine import OneOf
from synth_anomaly.synthesizers.fills.brightness import BrightnessShift
from synth_anomaly.synthesizers.fills.colour_jitter import ColourJitter
from synth_anomaly.synthesizers.fills.combine import Sometimes, Successive
from synth_anomaly.synthesizers.fills.constant import Constant
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.mirror import Mirror
from synth_anomaly.synthesizers.fills.noise import Noise
from synth_anomaly.synthesizers.fills.some_of import SomeOf
from synth_anomaly.synthesizers.fills.tint import Tint
from synth_anomaly.synthesizers.paste import Paste
from synth_anomaly.synthesizers.repeated import Repeated
from synth_anomaly.synthesizers.shapes.curved_line import CurvedLine
from synth_anomaly.synthesizers.shapes.noise_blob import NoiseBlob

__all__ = ["lines_and_spots", "spots", "thin_lines"]

_LINE = CurvedLine()
_SPOT = NoiseBlob()
_SHADE = Successive((BrightnessShift((0.12, 0.6)), Sometimes(Tint(0.25), 0.4)))
_COLOUR = Successive((Constant((0.0, 1.0), colour=True), Noise((0.0, 0.05), colour=False)))
_OTHER_PLACE = Successive(
    (
        Sometimes(Mirror()),
        Elsewhere(),
        ColourJitter(brightness=0.4, contrast=0.0, saturation=0.0, hue=0.0),
        BrightnessShift((0.01, 0.25)),
    )
)
# the first counts twice: half of all samples are the image itself, lighter or darker
_CONTENT = SomeOf((_SHADE, _SHADE, _COLOUR, _OTHER_PLACE), count=1)
_SOFT = Soft((0.0, 0.005), (0.4, 1.0))


def thin_lines(
    shape: Shape = _LINE,
    fill: Fill = _CONTENT,
    blend: Blend = _SOFT,
    count: tuple[int, int] = (1, 3),
    visible: float = 0.03,
) -> Repeated:
    """Return thin curved lines, as scratches and cracks are: one to three pastes an image.

    Each has its own content: in half of them the image itself, lighter or darker and sometimes tinted; one
    colour with a little noise in a quarter; and in a quarter the image from elsewhere, perhaps mirrored, at
    another brightness. Where none of that can be seen, as black on black, an image stays normal.

    Args:
        shape: Where the lines are; lengths are shares of the image's shorter side.
        fill: What they show.
        blend: How they join the image.
        count: Fewest and most pastes, at least 1; each beyond the fewest with a probability of a half.
        visible: How much a pixel must change to be a defect.

    Example:
        >>> import torch
        >>> images = torch.rand(2, 3, 64, 64)
        >>> tuple(thin_lines()(images, torch.Generator().manual_seed(0)).masks.shape)
        (2, 1, 64, 64)

    Source: ours, and no paper's.
    """
    return Repeated(Paste(shape, fill, blend, visible), count)


def spots(
    shape: Shape = _SPOT,
    fill: Fill = _CONTENT,
    blend: Blend = _SOFT,
    count: tuple[int, int] = (1, 3),
    visible: float = 0.03,
) -> Repeated:
    """Return irregular spots, as stains and specks are: one to three pastes an image.

    Their content is that of `thin_lines`.

    Args:
        shape: Where the spots are; lengths are shares of the image's shorter side.
        fill: What they show.
        blend: How they join the image.
        count: Fewest and most pastes, at least 1; each beyond the fewest with a probability of a half.
        visible: How much a pixel must change to be a defect.

    Example:
        >>> import torch
        >>> images = torch.rand(2, 3, 64, 64)
        >>> tuple(spots()(images, torch.Generator().manual_seed(0)).masks.shape)
        (2, 1, 64, 64)

    Source: ours, and no paper's.
    """
    return Repeated(Paste(shape, fill, blend, visible), count)


_LINES, _SPOTS = thin_lines(), spots()


def lines_and_spots(lines: Synthesizer = _LINES, spots: Synthesizer = _SPOTS) -> OneOf:
    """Return thin lines in one half of the images and spots in the other, on average.

    Args:
        lines: What makes the lines.
        spots: What makes the spots.

    Example:
        >>> import torch
        >>> images = torch.rand(2, 3, 64, 64)
        >>> tuple(lines_and_spots()(images, torch.Generator().manual_seed(0)).masks.shape)
        (2, 1, 64, 64)

    Source: ours, and no paper's.
    """
    return OneOf((lines, spots))
