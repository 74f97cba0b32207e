"""Textures made by rule: seven families of patterns in random colours, for where there is no photograph."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.synthesizers.noise import fractal_noise

__all__ = ["FAMILIES", "procedural_textures"]

_SEED = 20_240_229


def procedural_textures(size: Size, device: torch.device, *, each: int = 24) -> Tensor:
    """Return textures of every family, the same ones each time for a size; up to rounding on each device.

    Args:
        size: Height and width.
        device: Where they are computed and stay.
        each: How many of each family.

    Returns:
        uint8 ``(7 each, 3, H, W)``, family by family.
    """
    textures = []
    for number, family in enumerate(FAMILIES.values()):
        plane = _Plane(size, device, each, torch.Generator().manual_seed(_SEED + number))
        textures.append(_coloured(plane, family(plane)))
    return torch.cat(textures)


@dataclass(frozen=True)
class _Plane:
    """A few images of one family, on which patterns are drawn.

    Patterns are float32 ``(each, H, W)``; lengths are shares of the image's shorter side.
    """

    size: Size
    device: torch.device
    each: int
    generator: Generator

    def uniform(self, low: float, high: float, *more: int) -> Tensor:
        """Return ``(each, 1, 1, *more)``, one number for each image."""
        drawn = low + (high - low) * torch.rand(self.each, 1, 1, *more, generator=self.generator)
        return drawn.to(self.device)

    def axes(self) -> tuple[Tensor, Tensor]:
        """Return two coordinates at right angles, turned and shifted at random for each image."""
        height, width = self.size
        down = torch.arange(height, device=self.device)[:, None] / min(self.size)
        across = torch.arange(width, device=self.device) / min(self.size)
        angle, shift, slide = self.uniform(0, math.pi), self.uniform(0, 1), self.uniform(0, 1)
        along = across * angle.cos() + down * angle.sin() + shift
        return along, down * angle.cos() - across * angle.sin() + slide

    def noise(self, low: int, high: int, octaves: int) -> Tensor:
        """Return noise about 0, of a number of cells between ``low`` and ``high`` across the image."""
        seeds = torch.randint(2**31, (self.each,), generator=self.generator).to(self.device)
        cells = torch.randint(low, high + 1, (self.each, 1), generator=self.generator).expand(-1, 2)
        return fractal_noise(seeds, cells.to(self.device), self.size, largest=high, octaves=octaves)


def _stripes(plane: _Plane) -> Tensor:
    along, beside = plane.axes()
    bend = plane.uniform(0, 0.05) * (2 * math.pi * plane.uniform(0.5, 3) * beside).sin()
    wave = (2 * math.pi * plane.uniform(3, 24) * (along + bend)).sin()
    return 0.5 + plane.uniform(0.4, 3) * wave


def _checks(plane: _Plane) -> Tensor:
    along, beside = plane.axes()
    waves = (math.pi * plane.uniform(4, 20) * along).sin() * (math.pi * plane.uniform(4, 20) * beside).sin()
    return 0.5 + plane.uniform(1, 8) * waves


def _noise(plane: _Plane) -> Tensor:
    return 0.5 + plane.uniform(0.4, 1.5) * plane.noise(2, 16, octaves=4)


def _spots(plane: _Plane) -> Tensor:
    along, beside = plane.axes()
    density = plane.uniform(3, 16)
    wobble = plane.uniform(0, 0.3) * plane.noise(4, 16, octaves=1)
    distance = torch.hypot((density * along).remainder(1) - 0.5, (density * beside).remainder(1) - 0.5)
    return 0.5 + plane.uniform(4, 20) * (plane.uniform(0.15, 0.4) + wobble - distance)


def _weave(plane: _Plane) -> Tensor:
    along, beside = plane.axes()
    threads = plane.uniform(6, 24)
    warp, weft = threads * along, threads * beside
    is_above = (warp.floor() + weft.floor()).remainder(2) == 0
    upper = torch.where(is_above, (math.pi * warp).sin(), 0.7 * (math.pi * weft).sin()).abs()
    return upper + plane.uniform(0, 0.3) * plane.noise(8, 32, octaves=2)


def _gradients(plane: _Plane) -> Tensor:
    along, beside = plane.axes()
    far = torch.hypot(along - plane.uniform(0, 2), beside - plane.uniform(0, 2))
    wave = (2 * math.pi * plane.uniform(0.3, 1.5) * torch.where(plane.uniform(0, 1) < 0.5, along, far)).cos()
    return 0.5 + 0.5 * wave


def _cells(plane: _Plane) -> Tensor:
    """Shade each pixel by the nearest and second nearest of points, one in each field of a lattice."""
    along, beside = plane.axes()
    density = plane.uniform(3, 14)
    place = torch.stack((density * along, density * beside), dim=-1)
    fields = 24  # a torus, larger than what an image usually shows
    points = torch.rand(plane.each, fields**2, 2, generator=plane.generator).to(plane.device)
    nearest = torch.full(place.shape[:3], 4.0, device=plane.device)
    second = nearest
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            field = place.floor() + torch.tensor([down, right]).to(plane.device)
            number = (field.remainder(fields) @ torch.tensor([1.0, fields]).to(plane.device)).long()
            chosen = points.gather(1, number.flatten(1)[:, :, None].expand(-1, -1, 2)).view(place.shape)
            distance = (field + chosen - place).norm(dim=-1)
            second = torch.minimum(second, torch.maximum(nearest, distance))
            nearest = torch.minimum(nearest, distance)
    is_filled = plane.uniform(0, 1) < 0.5
    return torch.where(is_filled, 1 - nearest, plane.uniform(2, 8) * (second - nearest))


FAMILIES: Mapping[str, Callable[[_Plane], Tensor]] = {
    "stripes": _stripes,
    "checks": _checks,
    "noise": _noise,
    "spots": _spots,
    "weave": _weave,
    "gradients": _gradients,
    "cells": _cells,
}
"""What draws each family."""


def _coloured(plane: _Plane, pattern: Tensor) -> Tensor:
    """Return patterns between two random colours with some grain, uint8 ``(each, 3, H, W)``."""
    first, second = (plane.uniform(0, 1, 3).permute(0, 3, 1, 2) for _ in range(2))
    grain = plane.uniform(0, 0.12) * plane.noise(16, 32, octaves=2)
    mixed = torch.lerp(first, second, pattern.clamp(0, 1)[:, None]) + grain[:, None]
    return mixed.clamp_(0, 1).mul_(255).round_().to(torch.uint8)
