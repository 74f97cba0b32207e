"""Laplace's and Poisson's equations in rectangles, against a direct sparse solution."""

import itertools

import numpy as np
import pytest
import scipy.sparse
import torch
from scipy.sparse.linalg import spsolve

from synth_anomaly.synthesizers.blends.membrane import Rectangles
from synth_anomaly.synthesizers.blends.rectangles import solve_rectangles

AT_EDGE = [((a, b), (c, d)) for a, b, c, d in itertools.product((False, True), repeat=4)]


def chain(length, low, high):
    """The negated second difference; an end at the image's edge has one neighbour."""
    diagonal = np.full(length, 2.0)
    diagonal[0] -= low
    diagonal[-1] -= high
    return scipy.sparse.diags([diagonal, -np.ones(length - 1), -np.ones(length - 1)], [0, 1, -1])


def direct(source, at_edge):
    """Solve for ``(C, h, w)``."""
    height, width = source.shape[1:]
    down, across = chain(height, *at_edge[0]), chain(width, *at_edge[1])
    matrix = scipy.sparse.kron(down, scipy.sparse.eye(width))
    matrix = matrix + scipy.sparse.kron(scipy.sparse.eye(height), across)
    solution = spsolve(matrix.tocsc(), source.reshape(len(source), -1).double().numpy().T)
    return torch.from_numpy(solution.T.reshape(source.shape)).float()


def inside(box):
    top, left, height, width = box
    return slice(top, top + height), slice(left, left + width)


@pytest.mark.parametrize("at_edge", AT_EDGE)
@pytest.mark.parametrize("box", [(0, 0, 9, 14), (2, 3, 6, 8), (1, 0, 1, 14), (0, 5, 9, 1), (4, 4, 1, 1)])
def test_membranes_and_rectangles_are_the_direct_solution(box, at_edge):
    if all(map(all, at_edge)):
        pytest.skip("any constant could be added")
    generator = torch.Generator().manual_seed(0)
    boxes, edges = torch.tensor([box]), torch.tensor([at_edge])
    sides = torch.rand(1, 2, 3, 2, 14, generator=generator)
    rows, columns = inside(box)
    source = torch.zeros(3, 9, 14)
    for pair, number in itertools.product((0, 1), (0, 1)):
        if not at_edge[pair][number]:
            line = (rows.start, rows.stop - 1)[number] if pair == 0 else rows
            place = columns if pair == 0 else (columns.start, columns.stop - 1)[number]
            source[:, line, place] += sides[0, pair, :, number, columns if pair == 0 else rows]
    right = direct(source[:, rows, columns], at_edge)
    made = Rectangles.of(14, boxes, edges).membrane(sides, (9, 14))[0]
    torch.testing.assert_close(made[:, rows, columns], right, atol=5e-6, rtol=0)
    solved = solve_rectangles(source[None] + 1, boxes, edges)[0]
    right = direct(source[:, rows, columns] + 1, at_edge)
    torch.testing.assert_close(solved[:, rows, columns], right, atol=2e-5 * right.abs().max(), rtol=0)
    solved[:, rows, columns] = 0
    assert not solved.any()


@pytest.mark.parametrize("at_edge", [AT_EDGE[0], AT_EDGE[3], AT_EDGE[7], AT_EDGE[13]])
def test_large_membranes_are_the_direct_solution(at_edge):
    generator = torch.Generator().manual_seed(0)
    sides = torch.rand(1, 2, 3, 2, 200, generator=generator)
    source = torch.zeros(3, 180, 200)
    for number in (0, 1):
        if not at_edge[0][number]:
            source[:, -number] += sides[0, 0, :, number]
        if not at_edge[1][number]:
            source[:, :, -number] += sides[0, 1, :, number, :180]
    boxes, edges = torch.tensor([(0, 0, 180, 200)]), torch.tensor([at_edge])
    made = Rectangles.of(200, boxes, edges).membrane(sides, (180, 200))[0]
    torch.testing.assert_close(made, direct(source, at_edge), atol=2e-5, rtol=0)


def test_values_beyond_the_sides_and_edges_are_ignored():
    boxes, edges = torch.tensor([(2, 3, 5, 6)]), torch.tensor([((False, True), (False, False))])
    sides = torch.full((1, 2, 3, 2, 12), 1e3)
    sides[:, 0, :, 0, 3:9] = 0.5
    sides[:, 1, :, :, 2:7] = 0.5
    made = Rectangles.of(12, boxes, edges).membrane(sides, (7, 12))[..., 2:7, 3:9]
    torch.testing.assert_close(made, torch.full_like(made, 0.5), atol=1e-5, rtol=0)
