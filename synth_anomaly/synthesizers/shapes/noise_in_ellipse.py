"""Smooth noise inside an ellipse: what lines and spots are cut from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.cubic import cubic_weights
from synth_anomaly.synthesizers.draws import below, uniform
from synth_anomaly.synthesizers.pieces import Pieces
from synth_anomaly.synthesizers.white_noise import white_noise

__all__ = ["NoiseInEllipse", "check_shares"]

_MOST_CELLS = 32  # from the middle to the end of the longest half axis; the lattice has twice as many
_SPREAD = math.sqrt(3) / 0.8142876  # uniform values of this size have, interpolated, a mean variance of 1


@dataclass(frozen=True)
class NoiseInEllipse(ABC):
    """A part of smooth noise, inside a random ellipse about a random pixel; cut at the image's edge.

    The noise is a lattice of independent values, uniform and of mean 0, interpolated bicubically; its
    variance is 1 on average. A subclass says which part of it is the mask. All lengths are shares of the
    image's shorter side, so that a mask scales with its image.

    Args:
        half_axes: Least and greatest half axis of the ellipse, in (0, 1]; both axes are drawn alike, uniform
            in their logarithm.
        cell: Least and greatest distance of the lattice's points, above 0 and at least a 32nd of the
            greatest half axis; uniform in between.
    """

    half_axes: tuple[float, float]
    cell: tuple[float, float]

    def __post_init__(self) -> None:
        check_shares("half_axes", self.half_axes)
        low, high = self.cell
        least = self.half_axes[1] / _MOST_CELLS
        if not 0 < low <= high < math.inf or low < least:
            raise ValueError(
                f"cell must be two shares of the shorter side, {least:.4g} <= low <= high, got {self.cell!r}"
            )

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``box``, ``(count, 4)`` int64, the ellipse, and the noise in it.

        ``centre`` is the ellipse's middle pixel, ``(count, 2)`` int64, ``axes`` its half axes in pixels,
        ``(count, 2)``, and ``angle`` that of the first, in radians from downward to the right. The noise is
        ``seed``, int32, and ``cell``, in pixels.
        """
        shorter, (low, high) = min(size), self.half_axes
        share = torch.rand((count, 2), generator=generator).numpy()
        axes = (shorter * low * np.float64(high / low) ** share).astype(np.float32)
        angle = uniform(0.0, math.pi, count, generator)
        centre = below(np.tile(size, (count, 1)), generator)
        cosine, sine = angle.cos().numpy(), angle.sin().numpy()
        along = np.stack((np.stack((cosine, sine)), np.stack((sine, cosine))))
        reach = np.floor(np.hypot(*(along * axes.T).transpose(1, 0, 2)).T + 1e-3).astype(np.int64)
        first = np.maximum(centre.numpy() - reach, 0)
        last = np.minimum(centre.numpy() + reach, np.array(size) - 1)
        return Parameters(
            {
                "box": torch.from_numpy(np.concatenate((first, last - first + 1), axis=1)),
                "centre": centre,
                "axes": torch.from_numpy(axes),
                "angle": angle,
                "cell": shorter * uniform(*self.cell, count, generator),
                "seed": torch.randint(-(2**31), 2**31, (count,), generator=generator).int(),
            }
        )

    def masks(self, parameters: Parameters, size: Size) -> Tensor:
        """Return ``(count, 1, H, W)`` of 0 and 1; 0 outside the ellipse."""
        boxes = parameters.host["box"]
        masks = torch.zeros((len(boxes), 1, *size), device=parameters["box"].device)
        if not len(boxes):
            return masks
        pieces = Pieces.covering(boxes, size, masks.device)
        drawn = pieces.rows.parameters(parameters)
        centre = drawn["centre"]
        down, across = (pieces.lines - centre[:, :1]).float(), (pieces.columns - centre[:, 1:]).float()
        lattice = pieces.rows.of(self._lattice(parameters))
        cells, points = drawn["cell"][:, None], lattice.shape[1]
        part = self._part(
            lattice, cubic_weights(down / cells, points), cubic_weights(across / cells, points), drawn
        )
        pieces.put(masks, (part & _in_ellipse(down, across, drawn))[:, None])
        return masks

    def _lattice(self, parameters: Parameters) -> Tensor:
        """Return the values at the lattice's points, ``(count, n, n)``; the ellipse's middle is one."""
        reach = math.ceil(self.half_axes[1] / self.cell[0]) + 2
        return white_noise(parameters["seed"], (2 * reach + 1, 2 * reach + 1)).mul_(_SPREAD)

    @abstractmethod
    def _part(
        self, lattice: Tensor, down: tuple[Tensor, Tensor], across: tuple[Tensor, Tensor], drawn: Parameters
    ) -> Tensor:
        """Return which pixels of some pieces are the mask, bool ``(P, k, m)``, if the ellipse holds them.

        Args:
            lattice: ``(P, n, n)``.
            down: What `cubic_weights` says of the pieces' rows, each ``(P, k, n)``.
            across: The same of their columns, each ``(P, m, n)``.
            drawn: The parameters of the pieces.
        """


def check_shares(name: str, shares: tuple[float, float]) -> None:
    """Check a range of lengths.

    Raises:
        ValueError: If it is no range of shares within (0, 1].
    """
    if not 0 < shares[0] <= shares[1] <= 1:
        raise ValueError(
            f"{name} must be two shares of the shorter side, 0 < low <= high <= 1, got {shares!r}"
        )


def _in_ellipse(down: Tensor, across: Tensor, drawn: Parameters) -> Tensor:
    """Return which pixels, at ``down`` ``(P, k)`` and ``across`` ``(P, m)`` of the middle, lie inside."""
    angle, axes = drawn["angle"][:, None], drawn["axes"]
    cosine, sine = angle.cos(), angle.sin()
    first = (down * cosine)[:, :, None] + (across * sine)[:, None]
    second = (across * cosine)[:, None] - (down * sine)[:, :, None]
    scaled = ((first / axes[:, :1, None]).square(), (second / axes[:, 1:, None]).square())
    return scaled[0] + scaled[1] <= 1
