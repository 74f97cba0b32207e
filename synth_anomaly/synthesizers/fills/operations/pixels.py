"""Operations that mix the channels of a pixel, or neighbouring pixels.

Levels are uint8 ``(B, 3, H, W)``, results are new; values are ``(B, ...)``.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from synth_anomaly.synthesizers.turn import turned

__all__ = ["brightness", "hue_saturation", "rotation", "sharpness"]


def brightness(levels: Tensor, values: Tensor) -> Tensor:
    """Multiply each pixel's luma and add to it, ``(B, 2)``; both colour differences stay."""
    matrix = (values[:, :1, None] - 1) * _luma(levels.device) + torch.eye(3, device=levels.device)
    bias = (values[:, 1:, None] + 0.5).expand(-1, 3, levels.shape[2] * levels.shape[3])
    return _levels(torch.baddbmm(bias, matrix, levels.flatten(2).float())).view(levels.shape)


def sharpness(levels: Tensor, factors: Tensor) -> Tensor:
    """Go from the smoothed image (0) through the image (1) and beyond, by ``(B,)``.

    Smoothing weighs a pixel 5 and each of its eight neighbours 1; the outermost pixels stay.
    """
    whole = levels.short()
    rows = whole[..., :-2] + whole[..., 1:-1] + whole[..., 2:]
    box = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]
    factors = factors[:, None, None, None]
    inner = levels[:, :, 1:-1, 1:-1].float().mul_(factors + (1 - factors) * (4 / 13))
    sharpened = levels.clone()
    sharpened[:, :, 1:-1, 1:-1] = _levels(inner.addcmul_(box.float(), (1 - factors) / 13).add_(0.5))
    return sharpened


def hue_saturation(levels: Tensor, values: Tensor) -> Tensor:
    """Add to the hue, in turns, and to the saturation, in [-1, 1], of HSV: ``(B, 2)``.

    A grey has the hue of red, as in OpenCV, so that saturation colours it.
    """
    value, chroma, sector = _hexagon(levels)
    turns, added = values[:, :, None, None].unbind(1)
    sector = sector.div_(chroma.clamp(min=1)).add_(6 * turns)
    sector = sector.sub_((sector / 6).floor_(), alpha=6)
    chroma = torch.minimum(chroma.addcmul_(value, added).clamp_(min=0), value)
    base = value.sub_(chroma).add_(0.5)
    # the distance from each channel's place on the circle says how much of the chroma it has
    shares = ((sector - 3).abs_().sub_(1), 2 - (sector - 2).abs_(), 2 - sector.sub_(4).abs_())
    changed = torch.empty(levels.shape, dtype=torch.int16, device=levels.device)
    for channel, share in enumerate(shares):
        changed[:, channel] = torch.addcmul(base, share.clamp_(0, 1), chroma)
    return changed.to(torch.uint8)


def rotation(levels: Tensor, angles: Tensor) -> Tensor:
    """Turn about the centre by ``(B,)`` radians, counter-clockwise; black comes in from outside."""
    return _levels(turned(levels.float(), angles).add_(0.5))


@cache
def _luma(device: torch.device) -> Tensor:
    """Return the weights of red, green and blue; kept, so that only a device's first batch waits for them."""
    return torch.tensor([0.299, 0.587, 0.114]).to(device)


def _hexagon(levels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the value, the chroma, and the chroma times the sector of the hue, float32 ``(B, H, W)``.

    Whole numbers of 16 bits hold all of it, in half the memory; products with 0 or 1 choose faster among
    pixels than branches do.
    """
    value = levels.amax(dim=1)
    chroma = value - levels.amin(dim=1)
    is_red, is_green = (levels[:, :2] == value[:, None]).short().unbind(1)
    red, green, blue = levels.short().unbind(1)
    wide = chroma.short()
    of_blue = red - green + 4 * wide
    of_others = of_blue + is_green * (blue - red + 2 * wide - of_blue)
    sector = of_others + is_red * (green - blue - of_others)
    return value.float(), chroma.float(), sector.float()


def _levels(values: Tensor) -> Tensor:
    """Return values to which 0.5 was added as levels: rounded, and cut to what a level can be."""
    # by way of 16 bits, which are cut and converted several times as fast
    return values.short().clamp_(0, 255).to(torch.uint8)
