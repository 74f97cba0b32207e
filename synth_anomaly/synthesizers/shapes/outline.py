"""Closed outlines: placed in the image, and filled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below, uniform

__all__ = ["Outlined", "area_within", "circle", "fill_outlines"]


@dataclass(frozen=True)
class Outlined(ABC):
    """A filled outline of random area, aspect ratio and angle, at a random place.

    A subclass draws the outline as it is before all that. Where its upright bounding box would leave the
    image it is cut there.

    Args:
        area: Least and greatest share of the image's area, in (0, 1]; uniform in between.
        aspect: Least and greatest width / height before it is turned; uniform in between.
        angle: Least and greatest angle in degrees.
    """

    area: tuple[float, float] = (0.02, 0.15)
    aspect: tuple[float, float] = (1.0, 3.0)
    angle: tuple[float, float] = (-90.0, 90.0)

    def __post_init__(self) -> None:
        if not 0 < self.area[0] <= self.area[1] <= 1:
            raise ValueError(f"area must be two shares of the image, 0 < low <= high <= 1, got {self.area!r}")
        if not 0 < self.aspect[0] <= self.aspect[1] < float("inf"):
            raise ValueError(f"aspect must be two ratios, 0 < low <= high, got {self.aspect!r}")
        if not self.angle[0] <= self.angle[1]:
            raise ValueError(f"angle must be two numbers of degrees, low <= high, got {self.angle!r}")

    @abstractmethod
    def outline(self, count: int, generator: Generator) -> Tensor:
        """Draw ``(count, n, 2)`` vertices, down and right of a point inside, in the order of their angles.

        Seen from that point, the angle grows from right to down. The size does not matter.
        """

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``box``, ``(count, 4)`` int64, and ``outline``, ``(count, n, 2)``: vertices in pixels."""
        area = uniform(*self.area, count, generator) * size[0] * size[1]
        aspect = uniform(*self.aspect, count, generator)
        angle = torch.deg2rad(uniform(*self.angle, count, generator))
        outline = self.outline(count, generator)
        outline = outline * (area / area_within(outline)).sqrt()[:, None, None]
        outline = outline * torch.stack((aspect.rsqrt(), aspect.sqrt()), dim=1)[:, None]
        turn = torch.stack((angle.cos(), angle.sin(), -angle.sin(), angle.cos()), dim=1).view(-1, 2, 2)
        return _placed(outline @ turn, size, generator)

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)``: 1 where a pixel's centre lies inside the outline, 0 elsewhere."""
        return fill_outlines(parameters["outline"], size)


def circle(points: int) -> Tensor:
    """Return the angles of ``points`` directions, evenly around."""
    return torch.arange(points) * (2 * torch.pi / points)


def area_within(outlines: Tensor) -> Tensor:
    """Return the area within each outline of ``(count, n, 2)`` vertices, positive from right to down."""
    down, across = outlines.unbind(2)
    return (across * down.roll(-1, 1) - across.roll(-1, 1) * down).sum(dim=1) / 2


def fill_outlines(outlines: Tensor, size: Size) -> Tensor:
    """Fill outlines that do not cross themselves.

    Each edge marks, in every row whose middle it crosses, the first pixel to its right: with 1 where it goes
    up and -1 where it goes down. The sum from the left is then 1 inside and 0 outside.

    Args:
        outlines: ``(count, n, 2)``, vertices down and right from the image's corner, from right to down.
        size: Height and width.

    Returns:
        ``(count, 1, H, W)`` float32, of 0 and 1.
    """
    (start_down, start_across), ends = outlines.unbind(2), outlines.roll(-1, 1)
    step_down, step_across = (ends - outlines).unbind(2)
    rows = torch.arange(size[0], device=outlines.device) + 0.5
    above, ends_above = (place[:, :, None] <= rows for place in (start_down, ends[:, :, 0]))
    # an edge that lies in a row crosses none; what it is divided by does not matter
    slope = step_across / torch.where(step_down == 0, 1, step_down)
    crossing = start_across[:, :, None] + slope[:, :, None] * (rows - start_down[:, :, None])
    column = (crossing - 0.5).ceil().clamp(0, size[1]).long()
    marks = ends_above.float() - above.float()
    edges = outlines.new_zeros((len(outlines), size[0], size[1] + 1))
    edges.scatter_add_(2, column.transpose(1, 2), marks.transpose(1, 2))
    # two crossings within a rounding error of each other may come in the wrong order
    return edges[:, None, :, :-1].cumsum(dim=3).clamp_(0, 1)


def _placed(outlines: Tensor, size: Size, generator: Generator) -> Parameters:
    low, high = outlines.amin(dim=1), outlines.amax(dim=1)
    limits = torch.tensor(size)
    # A rounding error must not add a pixel.
    sides = torch.minimum((high - low - 1e-3).ceil().long().clamp(min=1), limits)
    corner = below(limits - sides + 1, generator)
    shift = corner + sides / 2 - (low + high) / 2
    return Parameters({"box": torch.cat((corner, sides), dim=1), "outline": outlines + shift[:, None]})
