"""Poisson's equation inside any masks: conjugate gradients, preconditioned by a multigrid cycle."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.synthesizers.blends.stencils import Stencils

__all__ = ["solve_regions"]

_COARSEST = 8
_TINY = 1e-20
_SOLVED = 1e-11


def solve_regions(source: Tensor, region: Tensor, iterations: int) -> Tensor:
    """Return what is 0 outside each region and whose Laplacian, negated, is ``source`` inside it.

    All samples take the same number of iterations, so that nothing waits for the device.

    Args:
        source: ``(n, C, h, w)`` float32; what lies outside the regions is ignored.
        region: ``(n, 1, h, w)``, 1 inside and 0 outside; a pixel has no neighbours beyond the sides.
        iterations: How often to improve the solution; each time, the error becomes about a tenth.

    Returns:
        ``(n, C, h, w)``. Where a region is the whole image, any constant could be added: the one with
        mean 0 is returned.
    """
    height, width = region.shape[2:]
    halvings = _halvings(max(height, width))
    padding = (0, _padded(width, halvings) - width, 0, _padded(height, halvings) - height)
    region = F.pad(region, padding)
    grid = Stencils.of(_springs(region, height, width))
    free = _is_free(grid)
    residual = F.pad(source, padding).mul_(region)
    # where nothing holds a region, the mean of its source can only be rounding
    residual.addcmul_(region, free * _mean(residual, region), value=-1)
    solution = _conjugate_gradients(_grids(grid, halvings), free, residual, iterations)
    solution.addcmul_(region, free * _mean(solution, region), value=-1)
    return solution[..., :height, :width]


def _conjugate_gradients(
    grids: Sequence[Stencils], free: Tensor, residual: Tensor, iterations: int
) -> Tensor:
    inverse = grids[-1].inverse(free)
    solution = torch.zeros_like(residual)
    # written again and again: new memory takes a CPU longer than the sums do
    direction, improved, pull, scratch = (torch.empty_like(residual) for _ in range(4))
    first = before = torch.empty(0)
    for number in range(iterations):
        _cycle(grids, inverse, residual, improved, scratch)
        energy = _inner(residual, improved, scratch)
        if number:
            direction.mul_(energy / before.clamp(min=_TINY)).add_(improved)
        else:
            first = energy
            direction.copy_(improved)
        grids[0].product(direction, pull)
        stiffness = _inner(direction, pull, scratch).clamp_(min=_TINY)
        # what is solved to the last digit stays as it is: rounding would drive it away again
        step = torch.where(energy > _SOLVED * first, energy / stiffness, 0.0)
        solution.addcmul_(step, direction)
        if number < iterations - 1:
            residual.addcmul_(step, pull, value=-1)
        before = energy
    return solution


def _cycle(
    grids: Sequence[Stencils], inverse: Tensor, residual: Tensor, values: Tensor, scratch: Tensor
) -> Tensor:
    """Write into ``values`` about what solves the equation for ``residual``.

    It is symmetric, as conjugate gradients need.
    """
    grid, *coarser = grids
    if not coarser:
        return values.copy_(torch.bmm(residual.flatten(2), inverse).view_as(residual))
    torch.mul(grid.step, residual, out=values)
    rest = _restricted(grid.residual(residual, values, scratch))
    coarse = _cycle(coarser, inverse, rest, torch.empty_like(rest), torch.empty_like(rest))
    _add_interpolated(values, coarse, grid.inside)
    return values.addcmul_(grid.step, grid.residual(residual, values, scratch))


def _restricted(values: Tensor) -> Tensor:
    """Return the sums that interpolation is the transpose of, at every second cell of every second row."""
    rows, between = values[..., ::2, :].clone(), values[..., 1::2, :]
    rows[..., :-1, :].add_(between, alpha=0.5)
    rows[..., 1:, :].add_(between, alpha=0.5)
    cells, between = rows[..., ::2].clone(memory_format=torch.contiguous_format), rows[..., 1::2]
    cells[..., :-1].add_(between, alpha=0.5)
    cells[..., 1:].add_(between, alpha=0.5)
    return cells


def _add_interpolated(values: Tensor, coarse: Tensor, inside: Tensor) -> None:
    """Add what a coarser grid holds to the cells inside, bilinearly."""
    rows = torch.empty(*coarse.shape[:3], values.shape[3], device=values.device, dtype=values.dtype)
    rows[..., ::2] = coarse
    torch.add(coarse[..., 1:], coarse[..., :-1], out=rows[..., 1::2]).mul_(0.5)
    values[..., ::2, :].addcmul_(rows, inside[..., ::2, :])
    between = rows[..., 1:, :] + rows[..., :-1, :]
    values[..., 1::2, :].addcmul_(between, inside[..., 1::2, :], value=0.5)


def _springs(region: Tensor, height: int, width: int) -> Tensor:
    """Return the equation's entries, ``(n, 3, h, w)``; beyond ``height`` and ``width`` is padding."""
    entries = region.new_zeros(len(region), 3, *region.shape[2:])
    sides = torch.full_like(region[:1], 4.0)
    for line in (sides[..., 0, :], sides[..., height - 1, :], sides[..., 0], sides[..., width - 1]):
        line.sub_(1)
    torch.mul(sides, region, out=entries[:, :1])
    torch.mul(region[..., :-1], region[..., 1:], out=entries[:, 1:2, :, :-1]).neg_()
    torch.mul(region[..., :-1, :], region[..., 1:, :], out=entries[:, 2:, :-1]).neg_()
    return entries


def _grids(grid: Stencils, halvings: int) -> list[Stencils]:
    """Return grids from fine to coarse."""
    grids = [grid]
    for _ in range(halvings):
        grids.append(grids[-1].coarser())
    return grids


def _halvings(side: int) -> int:
    """Return how often a grid is halved until few cells are left."""
    return max(0, -(-(side - 1) // _COARSEST) - 1).bit_length()


def _padded(side: int, halvings: int) -> int:
    """Return the least side, not less than this, that can be halved so often: to one more than a half."""
    unit = 1 << halvings
    return max(1, -(-(side - 1) // unit)) * unit + 1


def _inner(first: Tensor, second: Tensor, scratch: Tensor) -> Tensor:
    return torch.mul(first, second, out=scratch).sum(dim=(2, 3), keepdim=True)


def _is_free(grid: Stencils) -> Tensor:
    """Return ``(n, 1, 1, 1)``: 1 where nothing holds a region at 0, or else 0."""
    total = grid.entries.sum((2, 3), keepdim=True)
    held = total[:, :1] + 2 * (total[:, 1:2] + total[:, 2:3])
    return (held < 0.5).to(total.dtype)


def _mean(values: Tensor, region: Tensor) -> Tensor:
    """Return the mean over each region, ``(n, C, 1, 1)``, of values that are 0 outside."""
    return values.sum((2, 3), keepdim=True) / region.sum((2, 3), keepdim=True).clamp(min=1)
