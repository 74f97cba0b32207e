"""White noise, the same for a seed on every device."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["noise_at", "white_noise"]

_FACTORS = (0x85EBCA6B - 2**32, 0xC2B2AE35 - 2**32)
"""As int32, whose products are modulo 2^32."""


def white_noise(seeds: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return ``(B, *shape)`` float32, uniform in (-1, 1) and as if independent: a hash of seed and place.

    Args:
        seeds: ``(B,)`` int32.
        shape: The shape of one sample.

    Source: the mixing of bits at the end of MurmurHash3 (A. Appleby) for the place; a part of it, for speed,
    for place and seed together.
    """
    place = torch.arange(math.prod(shape), device=seeds.device, dtype=torch.int32)
    return noise_at(seeds, place).view(len(seeds), *shape)


def noise_at(seeds: Tensor, places: Tensor) -> Tensor:
    """Return the white noise at some places of a sample, which are overwritten.

    Args:
        seeds: ``(B,)`` int32.
        places: int32, ``(n,)`` for all samples or ``(B, ...)`` for each its own.

    Returns:
        ``(B, n)`` or ``(B, ...)`` float32.
    """
    words = _fold(_fold(_fold(places, 16).mul_(_FACTORS[0]), 13).mul_(_FACTORS[1]), 16)
    seeds = seeds.view(-1, *(1,) * max(1, places.ndim - 1))
    words = _fold((words ^ seeds).mul_(_FACTORS[0]), 15).mul_(_FACTORS[1])
    # a little less than 2^-31, so that rounding never yields 1, where the inverse of erf is infinite
    return words.float().mul_(2.0**-31 - 2.0**-55)


def _fold(words: Tensor, shift: int) -> Tensor:
    """Mix the upper bits of each word into the lower ones, in place."""
    return words.bitwise_xor_(words >> shift)
