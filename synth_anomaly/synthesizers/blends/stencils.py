"""Springs between neighbouring cells: symmetric matrices of nine entries a row, on grids from fine to coarse.

A coarse grid has every second cell of every second row; values between are interpolated. Its springs are what
the finer grid's come to for values that are interpolated (a Galerkin product): each is a fixed sum of those
nearby, so that all are one convolution.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["Stencils"]

_NEIGHBOURS = ((0, 0), (0, 1), (1, 0), (1, 1), (1, -1))
_DAMPING = 0.8
_NONE = 1e-6
_HOLD = 1e-6  # of a cell's own entry, so that rounding leaves no matrix without an inverse


@dataclass(frozen=True)
class Stencils:
    """One matrix a sample: symmetric, on the cells of a grid.

    Attributes:
        entries: ``(n, 5 or 3, h, w)``: of each cell with itself, and with its neighbours on the right, below,
            and below on the right and on the left; without the last two where those are 0.
        inside: ``(n, 1, h, w)``, 1 for a cell that is in the region, 0 otherwise.
        step: ``(n, 1, h, w)``, how far a residual moves its cell in one sweep.
    """

    entries: Tensor
    inside: Tensor
    step: Tensor

    @classmethod
    def of(cls, entries: Tensor) -> Stencils:
        """Return the stencils of some entries."""
        itself = entries[:, :1]
        inside = (itself > _NONE).to(entries.dtype)
        return cls(entries, inside, inside * _DAMPING / (itself + 1 - inside))

    def product(self, values: Tensor, out: Tensor) -> Tensor:
        """Return the matrix times ``values``, ``(n, C, h, w)``, written into ``out``."""
        return self._add_neighbours(torch.mul(self.entries[:, :1], values, out=out), values, 1)

    def residual(self, target: Tensor, values: Tensor, out: Tensor) -> Tensor:
        """Return ``target`` less the matrix times ``values``, written into ``out``."""
        return self._add_neighbours(
            torch.addcmul(target, self.entries[:, :1], values, value=-1, out=out), values, -1
        )

    def _add_neighbours(self, total: Tensor, values: Tensor, sign: int) -> Tensor:
        """Add ``sign`` times what the neighbours come to, in place."""
        for number in range(1, self.entries.shape[1]):
            down, across = _NEIGHBOURS[number]
            here, there = _overlap(down, across)
            spring = self.entries[:, number : number + 1][here]
            total[here].addcmul_(spring, values[there], value=sign)
            total[there].addcmul_(spring, values[here], value=sign)
        return total

    def coarser(self) -> Stencils:
        """Return the stencils of the grid of every second cell; sides must be odd."""
        # cuDNN rounds float32 to ten bits, which would leave no positive matrix
        entries = self.entries.double() if self.entries.is_cuda else self.entries
        weights = _galerkin(entries.device)[:, : entries.shape[1]].to(entries.dtype)
        made = F.conv2d(entries, weights, padding=2, stride=2)
        return Stencils.of(made.to(self.entries.dtype))

    def inverse(self, free: Tensor) -> Tensor:
        """Return ``(n, h w, h w)``, the inverse of each matrix; for small grids.

        Args:
            free: ``(n, 1, 1, 1)``, 1 where values that are the same everywhere come to 0, or else 0. In the
                inverse they come to about as much as others.
        """
        height, width = self.entries.shape[2:]
        count = height * width
        one = torch.eye(count, device=self.entries.device, dtype=self.entries.dtype)
        columns = one.view(1, count, height, width).expand(len(self.entries), -1, -1, -1)
        matrix = self.product(columns, torch.empty_like(columns, memory_format=torch.contiguous_format))
        itself, inside = self.entries[:, 0].flatten(1), self.inside[:, 0].flatten(1)
        everywhere = inside * itself.mean(dim=1, keepdim=True) / count * free.flatten(1)
        matrix = matrix.view(-1, count, count) + everywhere[:, :, None] * inside[:, None]
        # the plain `inv` waits for the device, to say whether it could
        inverse: Tensor = torch.linalg.inv_ex(matrix + torch.diag_embed(1 - inside + _HOLD * itself))[0]
        return inverse


def _overlap(down: int, across: int) -> tuple[Any, Any]:
    """Return the cells that have a neighbour there, and those neighbours, as indices."""
    rows = (slice(0, -down or None), slice(down, None))
    columns = (
        slice(max(0, -across), -across if across > 0 else None),
        slice(max(0, across), min(0, across) or None),
    )
    return (..., rows[0], columns[0]), (..., rows[1], columns[1])


@functools.cache
def _galerkin(device: torch.device) -> Tensor:
    """Return ``(5, 5, 5, 5)``: what each coarse entry has of each fine one, by where that is."""
    weights = torch.zeros(5, 5, 5, 5)
    near = range(-2, 3)
    for (coarse, far), (fine, step) in itertools.product(enumerate(_NEIGHBOURS), repeat=2):
        for place in itertools.product(near, near):
            other = (place[0] + step[0], place[1] + step[1])
            weight = _shown(place, (0, 0)) * _shown(other, far)
            if fine:  # an entry off the diagonal stands there twice
                weight += _shown(other, (0, 0)) * _shown(place, far)
            weights[coarse, fine, place[0] + 2, place[1] + 2] = weight
    return weights.to(device)


def _shown(cell: tuple[int, int], coarse: tuple[int, int]) -> float:
    """Return the share that a coarse cell has in the value of a fine one, by where they are."""
    return max(0.0, 1 - abs(cell[0] - 2 * coarse[0]) / 2) * max(0.0, 1 - abs(cell[1] - 2 * coarse[1]) / 2)
