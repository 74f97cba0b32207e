"""Poisson's equation inside any masks: conjugate gradients, preconditioned by a multigrid cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["solve_regions"]

_DAMPING = 0.8
_COARSEST = 4
_TWICE = 8  # coarser grids than this cost next to nothing, and are solved twice
_SWEEPS = 8
# Blocks that move as one are too stiff by a factor of 2 where the solution is smooth; less than that
# is safer where it is not.
_SOFTENING = 1.8
_TINY = 1e-20
_SOLVED = 1e-11
_PADDED = 32


def solve_regions(source: Tensor, region: Tensor, iterations: int) -> Tensor:
    """Return what is 0 outside each region and whose Laplacian, negated, is ``source`` inside it.

    All samples take the same number of iterations, so that nothing waits for the device.

    Args:
        source: ``(n, C, h, w)`` float32; what lies outside the regions is ignored.
        region: ``(n, 1, h, w)``, 1 inside and 0 outside; a pixel has no neighbours beyond the sides.
        iterations: How often to improve the solution.

    Returns:
        ``(n, C, h, w)``. Where a region is the whole image, any constant could be added: the one with
        mean 0 is returned.
    """
    height, width = region.shape[2:]
    padding = (0, -width % _PADDED, 0, -height % _PADDED)
    region = F.pad(region, padding)
    grids = _grids(region, height, width)
    residual = F.pad(source, padding) * region
    solution, direction, first, before = torch.zeros_like(residual), torch.zeros_like(residual), None, None
    for _ in range(iterations):
        improved = _cycle(grids, residual)
        energy = _inner(residual, improved)
        first = energy if first is None else first
        turn = 0.0 if before is None else energy / before.clamp(min=_TINY)
        direction = improved + turn * direction
        pull = grids[0].apply(direction)
        # what is solved to the last digit stays as it is: rounding would drive it away again
        unsolved = energy > _SOLVED * first
        step = torch.where(unsolved, energy / _inner(direction, pull).clamp(min=_TINY), 0.0)
        solution = solution.addcmul_(step, direction)
        residual = residual.addcmul_(step, pull, value=-1)
        before = energy
    solution = solution - region * _mean_where_free(solution, region, grids[0])
    return solution[..., :height, :width]


@dataclass(frozen=True)
class _Grid:
    """The equation on one level: springs between neighbouring cells, and from cells to the 0 around.

    Attributes:
        diagonal: ``(n, 1, h, w)``, all springs of a cell together; 0 outside the region.
        right: The spring to the cell on the right.
        down: The spring to the cell below.
        step: How far a residual moves its cell in one sweep.
    """

    diagonal: Tensor
    right: Tensor
    down: Tensor
    step: Tensor

    @classmethod
    def of(cls, diagonal: Tensor, right: Tensor, down: Tensor) -> _Grid:
        step = torch.where(diagonal > 1e-6, _DAMPING / diagonal.clamp(min=1e-6), 0.0)
        return cls(diagonal, right, down, step)

    def apply(self, values: Tensor) -> Tensor:
        pull = self.diagonal * values
        pull[..., :-1].addcmul_(self.right, values[..., 1:], value=-1)
        pull[..., 1:].addcmul_(self.right, values[..., :-1], value=-1)
        pull[..., :-1, :].addcmul_(self.down, values[..., 1:, :], value=-1)
        pull[..., 1:, :].addcmul_(self.down, values[..., :-1, :], value=-1)
        return pull

    def coarser(self) -> _Grid:
        """Return the grid whose cells are blocks of 2 by 2 that move as one."""
        right, down = self.right, self.down
        beside = right[..., ::2, :] + right[..., 1::2, :]
        below = down[..., ::2] + down[..., 1::2]
        within = beside[..., ::2] + below[..., ::2, :]
        diagonal = (_sum_blocks(self.diagonal) - 2 * within).clamp(min=0)
        parts = diagonal, beside[..., 1::2], below[..., 1::2, :]
        return _Grid.of(*(part / _SOFTENING for part in parts))

    def sweep(self, values: Tensor, residual: Tensor) -> Tensor:
        return values.addcmul(self.step, residual - self.apply(values))


def _grids(region: Tensor, height: int, width: int) -> list[_Grid]:
    """Return grids from fine to coarse; pixels beyond ``height`` and ``width`` are padding."""
    right = region[..., :-1] * region[..., 1:]
    down = region[..., :-1, :] * region[..., 1:, :]
    sides = torch.full_like(region[:1], 4.0)
    for line in (sides[..., 0, :], sides[..., height - 1, :], sides[..., 0], sides[..., width - 1]):
        line.sub_(1)
    grids = [_Grid.of(sides * region, right, down)]
    height, width = region.shape[2:]
    while height % 2 == width % 2 == 0 and min(height, width) > _COARSEST:
        grids.append(grids[-1].coarser())
        height, width = height // 2, width // 2
    return grids


def _cycle(grids: Sequence[_Grid], residual: Tensor) -> Tensor:
    """Return about what solves the equation for ``residual``; symmetric, as conjugate gradients need."""
    grid, *coarser = grids
    values = grid.step * residual
    if not coarser:
        for _ in range(_SWEEPS):
            values = grid.sweep(values, residual)
        return values
    rest = _sum_blocks(residual - grid.apply(values))
    blocks = _cycle(coarser, rest)
    if min(blocks.shape[2:]) <= _TWICE:
        blocks = blocks + _cycle(coarser, rest - coarser[0].apply(blocks))
    spread = F.interpolate(blocks, scale_factor=2, mode="nearest")
    return grid.sweep(values.addcmul_(spread, (grid.step > 0).to(spread.dtype)), residual)


def _sum_blocks(values: Tensor) -> Tensor:
    return F.avg_pool2d(values, 2, divisor_override=1)


def _inner(first: Tensor, second: Tensor) -> Tensor:
    return (first * second).sum(dim=(2, 3), keepdim=True)


def _mean_where_free(solution: Tensor, region: Tensor, grid: _Grid) -> Tensor:
    """Return the mean of each solution that nothing holds at 0, and 0 for the others."""
    held = grid.diagonal.sum((2, 3)) - 2 * (grid.right.sum((2, 3)) + grid.down.sum((2, 3)))
    mean = solution.sum((2, 3)) / region.sum((2, 3)).clamp(min=1)
    return torch.where(held > 0.5, 0.0, mean)[:, :, None, None]
