"""Irregular spots."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import uniform
from synth_anomaly.synthesizers.shapes.noise_in_ellipse import NoiseInEllipse

__all__ = ["NoiseBlob"]


@dataclass(frozen=True)
class NoiseBlob(NoiseInEllipse):
    """Irregular spots, as stains and specks are: where smooth noise is high, inside an ellipse.

    The ellipse lies about a random pixel and is cut at the image's edge. At that pixel the noise is 1 above
    the threshold, so that no mask is empty. Cells much smaller than the ellipse make many specks, larger ones
    a single stain.

    All lengths are shares of the image's shorter side, so that a spot scales with its image.

    Args:
        half_axes: Least and greatest half axis of the ellipse, in (0, 1]; both axes are drawn alike, uniform
            in their logarithm.
        cell: Least and greatest distance of the points between which the noise is interpolated, above 0 and
            at least a 32nd of the greatest half axis; uniform in between.
        threshold: Least and greatest threshold, uniform in between; the noise has mean 0 and variance 1.

    Example:
        >>> import torch
        >>> shape = NoiseBlob()
        >>> drawn = shape.draw(2, (64, 96), torch.Generator().manual_seed(0))
        >>> tuple(shape.masks(drawn, (64, 96)).shape)
        (2, 1, 64, 96)

    Source: ours, and no paper's.
    """

    half_axes: tuple[float, float] = (0.015, 0.2)
    cell: tuple[float, float] = (0.025, 0.17)
    threshold: tuple[float, float] = (0.3, 1.2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not -math.inf < self.threshold[0] <= self.threshold[1] < math.inf:
            raise ValueError(f"threshold must be two numbers, low <= high, got {self.threshold!r}")

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw the ellipse and the noise in it, and ``threshold``, ``(count,)``."""
        threshold = uniform(*self.threshold, count, generator)
        return Parameters(super().draw(count, size, generator).host | {"threshold": threshold})

    def _lattice(self, parameters: Parameters) -> Tensor:
        lattice = super()._lattice(parameters)
        middle = lattice.shape[1] // 2
        lattice[:, middle, middle] = parameters["threshold"] + 1
        return lattice

    def _part(
        self, lattice: Tensor, down: tuple[Tensor, Tensor], across: tuple[Tensor, Tensor], drawn: Parameters
    ) -> Tensor:
        return down[0] @ lattice @ across[0].mT > drawn["threshold"][:, None, None]
