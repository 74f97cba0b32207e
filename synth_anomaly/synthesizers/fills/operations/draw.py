"""What DRAEM's operations draw."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from synth_anomaly.synthesizers.draws import below, chance, uniform

__all__ = ["OPERATIONS", "draw_order", "draw_values"]

OPERATIONS = (
    "gamma",
    "brightness",
    "sharpness",
    "hue-saturation",
    "solarise",
    "posterise",
    "invert",
    "autocontrast",
    "equalise",
    "rotation",
)
"""Every operation, in DRAEM's order."""

_NEVER = 256.0


def draw_order(operations: tuple[str, ...], picked: int, count: int, generator: Generator) -> Tensor:
    """Return ``(count, picked)`` int64: different operations for each sample, by place in `OPERATIONS`."""
    numbers = torch.tensor([OPERATIONS.index(operation) for operation in operations])
    return numbers[torch.rand(count, len(operations), generator=generator).argsort(dim=1)[:, :picked]]


def draw_values(count: int, generator: Generator) -> dict[str, Tensor]:
    """Return the values of each operation that has some, for all samples, ``(count, ...)`` float32."""
    degrees = uniform(-45, 45, count, generator)
    return {
        "gamma": 0.5 + 1.5 * torch.rand(count, 3, generator=generator),
        "brightness": _brightness(count, generator),
        "sharpness": uniform(0, 2, count, generator),
        "hue-saturation": (2 * torch.rand(count, 2, generator=generator) - 1) * (50 / 255),
        "solarise": _thresholds(count, generator),
        "posterise": _whole(1, 8, count, generator),
        "autocontrast": _whole(0, 20, count, generator),
        "rotation": degrees * (math.pi / 180),
    }


def _brightness(count: int, generator: Generator) -> Tensor:
    """Return the factor and the offset in levels; which of them comes first is drawn too."""
    factor, offset = uniform(0.8, 1.2, count, generator), uniform(-30, 30, count, generator)
    added_first = chance(0.5, count, generator)
    return torch.stack((factor, torch.where(added_first, factor * offset, offset)), dim=1)


def _thresholds(count: int, generator: Generator) -> Tensor:
    """Return the levels from which to invert: none in half of all cases."""
    return torch.where(chance(0.5, count, generator), _whole(32, 128, count, generator), _NEVER)


def _whole(low: int, high: int, count: int, generator: Generator) -> Tensor:
    """Return whole numbers, uniform from ``low`` to ``high``, both of which may come."""
    return low + below(torch.full((count,), high - low + 1), generator).float()
