"""Regions where Perlin noise is high."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below, uniform
from synth_anomaly.synthesizers.noise import fractal_noise
from synth_anomaly.synthesizers.turn import turned

__all__ = ["Perlin", "PerlinField"]


@dataclass(frozen=True)
class PerlinField:
    """Perlin noise of random scale, turned by a random angle: what shapes are cut from.

    Args:
        scale: Least and greatest number of lattice cells along the image's height and along its width,
            powers of two; each axis takes one of the powers in between with equal chance.
        octaves: How many octaves are summed; each has twice the cells of the one before.
        persistence: Weight of an octave relative to the one before it.
        rotation: Least and greatest angle in degrees about the image's centre, counter-clockwise; what is
            turned in from outside the image is 0.
    """

    scale: tuple[int, int] = (1, 32)
    octaves: int = 1
    persistence: float = 0.5
    rotation: tuple[float, float] = (-90.0, 90.0)

    def __post_init__(self) -> None:
        low, high = self.scale
        if not 1 <= low <= high or low & (low - 1) or high & (high - 1):
            raise ValueError(f"scale must be two powers of two, 1 <= low <= high, got {self.scale!r}")
        if self.octaves < 1:
            raise ValueError(f"octaves must be at least 1, got {self.octaves!r}")
        if not 0 < self.persistence <= 1:
            raise ValueError(f"persistence must be in (0, 1], got {self.persistence!r}")
        if not self.rotation[0] <= self.rotation[1]:
            raise ValueError(f"rotation must be two numbers of degrees, low <= high, got {self.rotation!r}")

    @property
    def most(self) -> float:
        """The most that the noise can be."""
        weights = [self.persistence**octave for octave in range(self.octaves)]
        return sum(weights) / math.hypot(*weights)

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``seed``, ``scale`` (cells down and across) and ``angle`` (radians); ``box`` is the image."""
        low, high = (cells.bit_length() for cells in self.scale)
        octaves = below(torch.full((count, 2), high - low + 1), generator)
        return Parameters(
            {
                "box": torch.tensor([0, 0, *size]).repeat(count, 1),
                "seed": torch.randint(2**32, (count,), generator=generator),
                "scale": self.scale[0] * 2**octaves,
                "angle": torch.deg2rad(uniform(*self.rotation, count, generator)),
            }
        )

    def noise(self, parameters: Parameters, size: Size) -> Tensor:
        """Return the noise, ``(count, 1, H, W)`` float32, made anew."""
        noise = fractal_noise(
            parameters["seed"],
            parameters["scale"],
            size,
            largest=self.scale[1],
            octaves=self.octaves,
            persistence=self.persistence,
        )[:, None]
        return noise if self.rotation == (0, 0) else turned(noise, parameters["angle"])


@dataclass(frozen=True)
class Perlin(PerlinField):
    """Perlin noise above a threshold: irregular patches or stripes, none at all in some samples.

    Args:
        scale: Least and greatest number of lattice cells along the image's height and along its width,
            powers of two; each axis takes one of the powers in between with equal chance.
        octaves: How many octaves are summed; each has twice the cells of the one before.
        persistence: Weight of an octave relative to the one before it.
        rotation: Least and greatest angle in degrees about the image's centre, counter-clockwise; what is
            turned in from outside the image is no part of the mask.
        threshold: The noise above it is the mask; one octave is within -1 and 1.

    Source: DRAEM (arXiv 2108.07610), section 3.1, with the values of its published code: one octave, scales
    2^0 to 2^5, up to 90 degrees, 0.5. It, too, turns the finished noise, bilinearly, over zeros.
    """

    threshold: float = 0.5

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 where the noise is above the threshold, 0 elsewhere."""
        return self.noise(parameters, size).gt_(self.threshold)
