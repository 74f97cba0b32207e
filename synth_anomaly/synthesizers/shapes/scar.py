"""Thin rectangles at an angle, by width and length."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below, uniform
from synth_anomaly.synthesizers.pieces import Pieces

__all__ = ["Scar"]


@dataclass(frozen=True)
class Scar:
    """A rectangle of random width, length and angle, at a random place.

    Where its upright bounding box would leave the image it is cut there.

    Args:
        width: Least and greatest width in pixels, at least 1; uniform in between.
        length: Least and greatest length in pixels, likewise.
        angle: Least and greatest angle in degrees; 0 is upright, as high as it is long.

    Source: CutPaste (arXiv 2104.04015), section 2.2: width 2 to 16, length 10 to 25 pixels, angle -45 to 45
    degrees, for images of 256 pixels.
    """

    width: tuple[float, float] = (2.0, 16.0)
    length: tuple[float, float] = (10.0, 25.0)
    angle: tuple[float, float] = (-45.0, 45.0)

    def __post_init__(self) -> None:
        for name in ("width", "length"):
            low, high = getattr(self, name)
            if not 1 <= low <= high < float("inf"):
                raise ValueError(
                    f"{name} must be two numbers of pixels, 1 <= low <= high, got {(low, high)!r}"
                )
        if not self.angle[0] <= self.angle[1]:
            raise ValueError(f"angle must be two numbers of degrees, low <= high, got {self.angle!r}")

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``box`` (``(count, 4)`` int64), ``sides`` (width, length) and ``angle`` in radians."""
        sides = torch.stack(
            [uniform(*self.width, count, generator), uniform(*self.length, count, generator)], dim=1
        )
        angle = torch.deg2rad(uniform(*self.angle, count, generator))
        cosine, sine = angle.cos().abs(), angle.sin().abs()
        width, length = sides.unbind(1)
        bounds = torch.stack((length * cosine + width * sine, length * sine + width * cosine), dim=1)
        limits = torch.tensor(size)
        # A rounding error must not add a pixel: the cosine of 90 degrees is not 0.
        bounds = torch.minimum((bounds - 1e-3).ceil().long().clamp(min=1), limits)
        corner = below(limits - bounds + 1, generator)
        return Parameters({"box": torch.cat((corner, bounds), dim=1), "sides": sides, "angle": angle})

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 where a pixel's centre lies in the scar, 0 elsewhere."""
        boxes = parameters.host["box"]
        masks = torch.zeros((len(boxes), 1, *size), device=parameters["box"].device)
        if not len(boxes):
            return masks
        # a scar is a small part of its image: pixels are computed in its box alone
        pieces = Pieces.covering(boxes, size, masks.device)
        drawn = pieces.rows.parameters(parameters)
        top, left, height, width = drawn["box"][:, :, None, None].unbind(1)
        down = pieces.lines[:, :, None] + 0.5 - (top + height / 2)
        across = pieces.columns[:, None] + 0.5 - (left + width / 2)
        angle, sides = drawn["angle"][:, None, None], drawn["sides"][:, :, None, None] / 2
        along = down * angle.cos() + across * angle.sin()
        beside = across * angle.cos() - down * angle.sin()
        inside = (beside.abs() <= sides[:, 0]) & (along.abs() <= sides[:, 1])
        pieces.put(masks, inside[:, None])
        return masks
