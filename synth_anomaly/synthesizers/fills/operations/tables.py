"""Operations that change each channel of a pixel by itself, as changes of a table of 256 levels.

Tables are float32 ``(B, 3, 256)`` of whole numbers from 0 to 255; values are ``(B, ...)``. Several of these
operations in a row cost one look-up of the pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.synthesizers.fills.operations.levels import LEVELS

__all__ = ["autocontrast", "equalise", "gamma", "invert", "posterise", "solarise"]

_TOP = LEVELS - 1


def gamma(tables: Tensor, exponents: Tensor) -> Tensor:
    """Raise each channel, as a share of white, to its power, ``(B, 3)``."""
    return (tables / _TOP).pow(exponents[:, :, None]).mul(_TOP).round()


def solarise(tables: Tensor, thresholds: Tensor) -> Tensor:
    """Invert the levels from a threshold on, ``(B,)``."""
    return torch.where(tables < thresholds[:, None, None], tables, _TOP - tables)


def posterise(tables: Tensor, bits: Tensor) -> Tensor:
    """Keep as many bits of a level, ``(B,)``, and put it in the middle of those that share them."""
    width = torch.exp2(8 - bits)[:, None, None]
    return (tables / width).floor() * width + (width / 2).floor()


def invert(tables: Tensor) -> Tensor:
    """Turn every level over."""
    return _TOP - tables


def autocontrast(tables: Tensor, counts: Tensor, cutoffs: Tensor) -> Tensor:
    """Stretch each channel to all levels, after leaving out a share of its darkest and lightest pixels.

    Args:
        tables: The tables.
        counts: int32 ``(B, 3, 256)``, how many pixels have each level that a table leads to.
        cutoffs: ``(B,)``, percent of the pixels at either end.
    """
    below = counts.cumsum(2)
    pixels = below[:, :, -1:]
    left_out = (pixels * cutoffs[:, None, None] / 100).floor()
    low = (below <= left_out).sum(2, keepdim=True)
    high = (below < pixels - left_out).sum(2, keepdim=True)
    # the quotient of whole numbers is exact where it is whole, so that its floor is
    stretched = ((tables - low) * _TOP / (high - low).clamp(min=1)).floor().clamp(0, _TOP)
    return torch.where(high > low, stretched, tables)


def equalise(tables: Tensor, counts: Tensor) -> Tensor:
    """Spread the levels of each channel so that they are used about equally often.

    Args:
        tables: The tables.
        counts: int32 ``(B, 3, 256)``, how many pixels have each level that a table leads to.
    """
    below = counts.cumsum(2)
    pixels = below[:, :, -1:]
    lightest = (below < pixels).sum(2, keepdim=True).clamp(max=_TOP)
    step = (pixels - counts.gather(2, lightest)) // _TOP
    spread = ((step // 2 + below - counts) // step.clamp(min=1)).clamp(max=_TOP).float()
    return torch.where(step > 0, spread.gather(2, tables.long()), tables)
