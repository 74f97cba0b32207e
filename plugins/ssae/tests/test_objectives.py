"""Equations 1 and 4 against plain arithmetic."""

import numpy as np
import pytest
import torch
from sat_ssae.objectives import amplifying, filtering


@pytest.fixture
def drawn():
    """``F(X̂)``, X, X̂, M of three images; X̂ is X outside the mask, and in part inside."""
    random = np.random.default_rng(0)
    output, x, other = random.random((3, 3, 3, 6, 5))
    m = random.random((3, 1, 6, 5)) * (random.random((3, 1, 6, 5)) < 0.4)
    x_hat = x + m * (other - x) * (random.random((3, 1, 6, 5)) < 0.8)
    return output, x, x_hat, m


def tensors(arrays):
    return [torch.from_numpy(array).float() for array in arrays]


def by_hand(output, x, x_hat, m, weight, second):
    """A plain loop over images, colours and pixels."""
    losses = []
    for number in range(len(x)):
        normal = corrupted = normal_size = corrupted_size = 0.0
        for colour, row, column in np.ndindex(3, *x.shape[2:]):
            mask = m[number, 0, row, column]
            difference = output[number, colour, row, column] - x[number, colour, row, column]
            change = abs(x_hat[number, colour, row, column] - x[number, colour, row, column])
            normal += ((1 - mask) * difference) ** 2
            normal_size += 1 - mask
            factor, size = second(mask, change)
            corrupted += (factor * difference) ** 2
            corrupted_size += size
        losses.append((normal / normal_size, corrupted / corrupted_size))
    return losses


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 1.0])
def test_equation_1(drawn, weight):
    parts = by_hand(*drawn, weight, lambda mask, change: (mask, mask))
    expected = np.mean([(1 - weight) * normal + weight * corrupted for normal, corrupted in parts])
    assert filtering(*tensors(drawn), weight).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("normaliser", ["mask", "difference"])
def test_equation_4_weighs_by_the_change(drawn, weight, normaliser):
    def second(mask, change):
        return change, mask if normaliser == "mask" else change

    parts = by_hand(*drawn, weight, second)
    expected = np.mean([(1 - weight) * normal - weight * corrupted for normal, corrupted in parts])
    assert amplifying(*tensors(drawn), weight, normaliser).item() == pytest.approx(expected, rel=1e-5)


def test_equation_4_does_not_push_what_the_corruption_left_alone(drawn):
    output, x, _, m = tensors(drawn)
    output.requires_grad_()
    amplifying(output, x, x, torch.ones_like(m), 0.5).backward()
    assert output.grad.eq(0).all()


def test_equation_4_pushes_where_something_changed(drawn):
    output, x, x_hat, m = tensors(drawn)
    output.requires_grad_()
    amplifying(output, x, x_hat, m, 1.0).backward()
    changed = (x_hat != x).detach()
    # descent moves the output away from X, and nothing else moves
    assert ((output.grad * (output - x))[changed] < 0).all()
    assert output.grad[~changed].eq(0).all()


@pytest.mark.parametrize("objective", [filtering, amplifying])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_term_of_an_empty_region_is_0(drawn, objective, value):
    output, x, x_hat, m = tensors(drawn)
    m = torch.full_like(m, value)
    x_hat = x if value == 0 else x_hat
    got = objective(output, x, x_hat, m, 0.4).item()
    size, squares = x[0].numel(), (output - x).square().flatten(1).sum(dim=1)
    if value == 0:
        expected = 0.6 * (squares / size).mean().item()
    elif objective is filtering:
        expected = 0.4 * (squares / size).mean().item()
    else:
        pushed = ((x_hat - x) * (output - x)).square().flatten(1).sum(dim=1)
        expected = -0.4 * (pushed / size).mean().item()
    assert got == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("objective", [filtering, amplifying])
def test_every_image_counts_alike_whatever_its_mask(drawn, objective):
    arrays = tensors(drawn)
    whole = objective(*arrays)
    alone = torch.stack([objective(*(part[row : row + 1] for part in arrays)) for row in range(3)])
    torch.testing.assert_close(whole, alone.mean())


def test_a_perfect_reconstruction_is_0_and_the_corrupted_copy_is_not(drawn):
    _, x, x_hat, m = tensors(drawn)
    assert filtering(x, x, x_hat, m) == 0
    assert filtering(x_hat, x, x_hat, m) > 0
