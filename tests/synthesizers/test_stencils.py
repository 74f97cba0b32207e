"""Springs on grids from fine to coarse, against dense matrices."""

import pytest
import torch

from synth_anomaly.synthesizers.blends.multigrid import _add_interpolated, _restricted
from synth_anomaly.synthesizers.blends.stencils import Stencils


def stencils(height, width, entries, seed=0):
    """Return random ones; the last cells have no neighbours beyond them."""
    generator = torch.Generator().manual_seed(seed)
    drawn = -torch.rand(2, entries, height, width, generator=generator, dtype=torch.float64)
    drawn[:, :1] = 8 + drawn[:, :1]
    return Stencils.of(drawn)


def dense(grid):
    """Return the matrix, one product with a unit vector a column."""
    height, width = grid.entries.shape[2:]
    one = torch.eye(height * width, dtype=torch.float64).view(1, -1, height, width).expand(2, -1, -1, -1)
    return grid.product(one, torch.empty(one.shape, dtype=torch.float64)).flatten(2)


def interpolation(size, coarse):
    """Return the matrix that makes fine values of coarse ones."""
    count = coarse[0] * coarse[1]
    made = torch.zeros(1, count, *size, dtype=torch.float64)
    one = torch.eye(count, dtype=torch.float64).view(1, count, *coarse)
    _add_interpolated(made, one, torch.ones(1, 1, *size, dtype=torch.float64))
    return made[0].flatten(1).T


@pytest.mark.parametrize("entries", [3, 5])
def test_matrices_are_symmetric(entries):
    matrix = dense(stencils(5, 7, entries))
    torch.testing.assert_close(matrix, matrix.mT)
    assert (matrix != 0).sum(dim=2).max() == {3: 5, 5: 9}[entries]


@pytest.mark.parametrize("entries", [3, 5])
def test_a_residual_is_what_the_product_leaves(entries):
    grid = stencils(5, 7, entries)
    values, target = torch.rand(2, 2, 3, 5, 7, dtype=torch.float64).unbind()
    product = grid.product(values, torch.empty_like(values))
    left = grid.residual(target, values, torch.empty_like(values))
    torch.testing.assert_close(left, target - product)
    expected = (dense(grid)[:, None] @ values.flatten(2)[..., None]).view_as(product)
    torch.testing.assert_close(product, expected)


def test_interpolation_is_that_of_torch():
    coarse = torch.rand(2, 3, 5, 4)
    fine = torch.zeros(2, 3, 9, 7)
    _add_interpolated(fine, coarse, torch.ones(2, 1, 9, 7))
    right = torch.nn.functional.interpolate(coarse, (9, 7), mode="bilinear", align_corners=True)
    torch.testing.assert_close(fine, right)


def test_restriction_is_the_transpose_of_interpolation():
    values = torch.rand(1, 1, 9, 7, dtype=torch.float64)
    expected = interpolation((9, 7), (5, 4)).T @ values.flatten()
    torch.testing.assert_close(_restricted(values).flatten(), expected)


@pytest.mark.parametrize("entries", [3, 5])
def test_coarser_matrices_are_galerkin_products(entries):
    grid = stencils(9, 7, entries)
    for number in range(1, entries):  # no neighbours beyond the sides
        grid.entries[:, number, -1] *= number < 2
        grid.entries[:, number, :, -1] *= number == 2
        grid.entries[:, number, :, 0] *= number != 4
    coarse = Stencils.of(grid.entries.float()).coarser()
    between = interpolation((9, 7), (5, 4))
    expected = between.T @ dense(grid) @ between
    found = dense(Stencils.of(coarse.entries.double()))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)


def test_an_inverse_is_one():
    grid = stencils(4, 5, 5)
    inverse = grid.inverse(torch.zeros(2, 1, 1, 1, dtype=torch.float64))
    torch.testing.assert_close(
        inverse @ dense(grid), torch.eye(20, dtype=torch.float64).expand(2, -1, -1), atol=1e-5, rtol=0
    )
