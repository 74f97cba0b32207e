"""Thin curved lines of even width."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import uniform
from synth_anomaly.synthesizers.shapes.noise_in_ellipse import NoiseInEllipse, check_shares

__all__ = ["CurvedLine"]


@dataclass(frozen=True)
class CurvedLine(NoiseInEllipse):
    """Thin curved lines, as scratches and cracks are: where smooth noise changes its sign.

    A pixel is part of a line where ``|noise| / |gradient|``, which is about its distance from the line, is at
    most half the width. The lines are cut by a random ellipse about a random pixel, and by the image's edge.
    One goes through that pixel, so that no mask is empty; where two meet they are up to twice as wide. The
    larger the noise's cells, the straighter the lines.

    All lengths are shares of the image's shorter side, so that a line scales with its image.

    Args:
        half_axes: Least and greatest half axis of the ellipse, in (0, 1]; both axes are drawn alike, uniform
            in their logarithm.
        cell: Least and greatest distance of the points between which the noise is interpolated, above 0 and
            at least a 32nd of the greatest half axis; uniform in between.
        width: Least and greatest width, in (0, 1], uniform in between; never less than a pixel.

    Example:
        >>> shape = CurvedLine()
        >>> drawn = shape.draw(2, (64, 96), torch.Generator().manual_seed(0))
        >>> tuple(shape.masks(drawn, (64, 96)).shape)
        (2, 1, 64, 96)

    Source: ours, and no paper's.
    """

    half_axes: tuple[float, float] = (0.07, 0.33)
    cell: tuple[float, float] = (0.1, 0.67)
    width: tuple[float, float] = (0.004, 0.025)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_shares("width", self.width)

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw the ellipse and the noise in it, and ``width``, ``(count,)``, in pixels."""
        width = (min(size) * uniform(*self.width, count, generator)).clamp(min=1)
        return Parameters(super().draw(count, size, generator).host | {"width": width})

    def _lattice(self, parameters: Parameters) -> Tensor:
        lattice = super()._lattice(parameters)
        middle = lattice.shape[1] // 2
        lattice[:, middle, middle] = 0
        return lattice

    def _part(
        self, lattice: Tensor, down: tuple[Tensor, Tensor], across: tuple[Tensor, Tensor], drawn: Parameters
    ) -> Tensor:
        between = across[0].mT
        along_rows = down[0] @ lattice
        noise = along_rows @ between
        gradient = torch.hypot(along_rows @ across[1].mT, down[1] @ lattice @ between)
        half_width = drawn["width"] / drawn["cell"] / 2  # in cells, as the gradient is
        return noise.abs_() <= gradient.mul_(half_width[:, None, None])
