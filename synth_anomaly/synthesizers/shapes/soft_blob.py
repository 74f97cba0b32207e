"""Smooth masks between 0 and 1 inside a rectangle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.shapes.rectangle import Rectangle

__all__ = ["SoftBlob"]

_MARGIN = 2
_STEEPNESS = 2.5
_LEVEL = 0.75  # what is cut off the dome, so that its foot is irregular and away from the border


@dataclass(frozen=True)
class SoftBlob:
    """A random smooth mask inside a rectangle, 0 at the rectangle's border.

    It is ``2.5 dome (1 + irregularity field) - 0.75``, cut to [0, 1]. The dome is ``sin(pi y) sin(pi x)``
    over the rectangle's unit square; the field is white noise filtered by a Gaussian, of mean 0 and standard
    deviation 1. Now and then nothing is left, and the mask is empty.

    Args:
        area: Least and greatest share of the image's area that the rectangle takes, in (0, 1].
        aspect: Ranges of the rectangle's width / height; one is chosen with equal chance.
        smoothness: Standard deviation of the Gaussian as a share of the rectangle's sides, in [0.05, 1].
        irregularity: Weight of the field, at least 0; at 0 all masks are the dome.

    Source: SSAE, section 3.2 and figure 5, the mask X2. The paper gives no formula and no sizes: the dome,
    the Gaussian and the areas are ours.
    """

    area: tuple[float, float] = (0.02, 0.15)
    aspect: tuple[tuple[float, float], ...] = ((0.3, 1.0), (1.0, 3.3))
    smoothness: float = 0.15
    irregularity: float = 0.5

    def __post_init__(self) -> None:
        Rectangle(self.area, self.aspect)
        if not 0.05 <= self.smoothness <= 1:
            raise ValueError(f"smoothness must be in [0.05, 1], got {self.smoothness!r}")
        if not 0 <= self.irregularity < float("inf"):
            raise ValueError(f"irregularity must be at least 0, got {self.irregularity!r}")

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``box``, ``(count, 4)`` int64, and ``noise``, ``(count, n, n)``, normally distributed."""
        box = Rectangle(self.area, self.aspect).draw(count, size, generator).host["box"]
        # points one standard deviation apart, and two more on each side
        points = math.ceil(1 / self.smoothness) + 1 + 2 * _MARGIN
        noise = torch.randn((count, points, points), generator=generator)
        return Parameters({"box": box, "noise": noise})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` in [0, 1]; 0 outside the box."""
        top, left, height, width = parameters["box"].unbind(1)
        noise = parameters["noise"] * self.irregularity
        dome_down, down = self._axis(top, height, size[0], noise.shape[1])
        dome_across, across = self._axis(left, width, size[1], noise.shape[2])
        # dome and field in one product, which is the only pass over all pixels but the cut
        rows = _STEEPNESS * torch.cat((dome_down, down @ noise), dim=2)
        columns = torch.cat((dome_across, across), dim=2).transpose(1, 2)
        return torch.baddbmm(rows.new_full((), -_LEVEL), rows, columns).clamp_(0, 1)[:, None]

    def _axis(self, start: Tensor, side: Tensor, length: int, points: int) -> tuple[Tensor, Tensor]:
        """Return one axis of the dome, ``(count, length, 1)``, and of the filter below it, for each point."""
        pixels = torch.arange(length, device=start.device) + 0.5
        place = ((pixels - start[:, None]) / side[:, None]).clamp(0, 1)[:, :, None]
        lattice = torch.arange(points, device=start.device) - _MARGIN
        # the squares of the weights sum to 1 within a thousandth, wherever the pixel lies
        kernel = torch.exp(-(place / self.smoothness - lattice).square() / 2) * math.pi**-0.25
        dome = (math.pi * place).sin()
        return dome, dome * kernel
