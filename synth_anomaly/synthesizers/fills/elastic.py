"""Content bent by a smooth random displacement."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import uniform
from synth_anomaly.synthesizers.fills.warp import pixel_places, warp

__all__ = ["Elastic", "displacement"]

_REACH = 3
"""How many standard deviations away a point of the lattice is still felt."""


@dataclass(frozen=True)
class Elastic:
    """Reads every pixel of the content at a place that a smooth random field has moved.

    White noise lies on a square lattice one ``sigma`` apart, and a Gaussian of that width smooths it: the
    displacement is a random field whose size and smoothness are the same everywhere, up to 1 in 10,000, and
    which costs two small matrix products. Displacements along the two axes are independent. The content is
    resampled once, bilinearly; what lies outside the image is reflected.

    Args:
        alpha: Least and greatest displacement along each axis, as a root mean square and a share of the
            image's shorter side; uniform in between. From about 0.4 ``sigma`` on the content begins to fold.
        sigma: Least and greatest width of the Gaussian as a share of the shorter side, above 0; uniform in
            between.

    Source: Simard et al., Best practices for convolutional neural networks (ICDAR 2003), section 2. They and
    Kornia's RandomElasticTransform smooth uniform noise on every pixel, and multiply by an ``alpha`` that
    makes displacements smaller as ``sigma`` grows.
    """

    alpha: tuple[float, float] = (0.01, 0.025)
    sigma: tuple[float, float] = (0.0625, 0.125)

    def __post_init__(self) -> None:
        if not 0 <= self.alpha[0] <= self.alpha[1] <= 1:
            raise ValueError(f"alpha must be two shares, 0 <= low <= high <= 1, got {self.alpha!r}")
        if not 0 < self.sigma[0] <= self.sigma[1] <= 1:
            raise ValueError(f"sigma must be two shares, 0 < low <= high <= 1, got {self.sigma!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``alpha`` and ``sigma``, ``(count,)`` in pixels, and ``noise``.

        ``noise`` is ``(count, 2, rows, columns)``, standard normal, across first and then down. Row k lies
        ``(k - 3) sigma`` below the first pixel, a column as far to the right of it.
        """
        count, side = len(boxes), min(size)
        rows, columns = (self._points(length, side) for length in size)
        return Parameters(
            {
                "alpha": uniform(*self.alpha, count, generator) * side,
                "sigma": uniform(*self.sigma, count, generator) * side,
                "noise": torch.randn(count, 2, rows, columns, generator=generator),
            }
        )

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the bent content."""
        height, width = content.shape[2:]
        right, below = displacement(parameters, (height, width))
        columns, rows = (pixel_places(length, content.device) for length in (width, height))
        return warp(content, (columns, right), (rows[:, None], below))

    def _points(self, length: int, side: int) -> int:
        return math.ceil((length - 1) / (self.sigma[0] * side)) + 1 + 2 * _REACH


def displacement(parameters: Parameters, size: Size) -> tuple[Tensor, Tensor]:
    """Return how far right of itself and how far below each pixel is read, each ``(B, H, W)``.

    Both are shares of half the image, along the width and along the height, as Kornia's are.
    """
    noise, sigma = parameters["noise"], parameters["sigma"]
    (height, width), (rows, columns) = size, noise.shape[2:]
    down, across = _kernels(height, rows, sigma), _kernels(width, columns, sigma)
    # a row of each kernel has squares that sum to the square root of pi
    scale = (parameters["alpha"] * (2 / math.sqrt(math.pi)))[:, None, None]
    right = down @ (noise[:, 0] * (scale / width)) @ across.mT
    return right, down @ (noise[:, 1] * (scale / height)) @ across.mT


def _kernels(length: int, points: int, sigma: Tensor) -> Tensor:
    """Return ``(B, length, points)``: how much each pixel of an axis feels each point of the lattice."""
    pixels = torch.arange(length, device=sigma.device, dtype=torch.float32)
    lattice = torch.arange(points, device=sigma.device, dtype=torch.float32) - _REACH
    distance = (pixels / sigma[:, None])[:, :, None] - lattice
    # weights that change nothing are left out: the smallest floats are slow to multiply
    return F.threshold(torch.exp(-distance.square() / 2), 1e-9, 0.0)
