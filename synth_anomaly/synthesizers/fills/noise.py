"""Content that is noisy, or nothing but noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import uniform

__all__ = ["Noise", "white_noise"]

_DISTRIBUTIONS = ("gaussian", "uniform")
_FACTORS = (0x85EBCA6B - 2**32, 0xC2B2AE35 - 2**32)
"""As int32, whose products are modulo 2^32."""


@dataclass(frozen=True)
class Noise:
    """Adds independent noise to every pixel of the content, or shows it in place of the content.

    The result is cut to [0, 1]. A seed gives the same noise on every device, up to rounding, and a sample's
    noise depends on its own seed alone.

    Args:
        strength: Least and greatest strength, at least 0, uniform in between: the standard deviation of
            Gaussian noise, the largest value of uniform noise.
        distribution: ``"gaussian"`` or ``"uniform"``, both of mean 0.
        replaces: Whether the noise is added to a grey of 0.5 instead of the content.
        colour: Whether each channel has its own noise; otherwise it is grey.
    """

    strength: tuple[float, float] = (0.1, 0.3)
    distribution: Literal["gaussian", "uniform"] = "gaussian"
    replaces: bool = False
    colour: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.strength[0] <= self.strength[1] < math.inf:
            raise ValueError(f"strength must be two numbers, 0 <= low <= high, got {self.strength!r}")
        if self.distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"distribution must be one of {', '.join(_DISTRIBUTIONS)}, got {self.distribution!r}"
            )

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``strength`` and ``seed`` (int32), each ``(count,)``."""
        count = len(boxes)
        seed = torch.randint(-(2**31), 2**31, (count,), generator=generator).int()
        return Parameters({"strength": uniform(*self.strength, count, generator), "seed": seed})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the noisy content, or the noise."""
        channels = content.shape[1] if self.colour else 1
        noise = white_noise(parameters["seed"], (channels, *content.shape[2:]))
        strength = parameters["strength"][:, None, None, None]
        if self.distribution == "gaussian":
            noise, strength = noise.erfinv_(), strength * math.sqrt(2)
        around = noise.new_full((1,), 0.5) if self.replaces else content
        return torch.addcmul(around, noise, strength).clamp_(0, 1).to(content.dtype).expand_as(content)


def white_noise(seeds: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return ``(B, *shape)`` float32, uniform in (-1, 1) and as if independent: a hash of seed and place.

    Args:
        seeds: ``(B,)`` int32.
        shape: The shape of one sample.

    Source: the mixing of bits at the end of MurmurHash3 (A. Appleby) for the place; a part of it, for speed,
    for place and seed together.
    """
    place = torch.arange(math.prod(shape), device=seeds.device, dtype=torch.int32)
    words = _fold(_fold(_fold(place, 16).mul_(_FACTORS[0]), 13).mul_(_FACTORS[1]), 16)
    words = _fold((words ^ seeds[:, None]).mul_(_FACTORS[0]), 15).mul_(_FACTORS[1])
    # a little less than 2^-31, so that rounding never yields 1, where the inverse of erf is infinite
    return words.float().mul_(2.0**-31 - 2.0**-55).view(len(seeds), *shape)


def _fold(words: Tensor, shift: int) -> Tensor:
    """Mix the upper bits of each word into the lower ones, in place."""
    return words.bitwise_xor_(words >> shift)
