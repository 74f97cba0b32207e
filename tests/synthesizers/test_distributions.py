"""What is drawn follows the distribution that its piece declares; seeds are fixed."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from synth_anomaly.synthesizers import (
    Alpha,
    ColourJitter,
    Donor,
    Elsewhere,
    Mixed,
    OneOf,
    Permute,
    QuarterTurn,
    Rectangle,
    Scar,
    Soft,
    Sometimes,
    cutpaste,
)
from synth_anomaly.synthesizers.draws import uniform

COUNT = 4000
SIZE = (1024, 1024)
LEVEL = 1e-4
"""How unlikely a sample must be for its distribution to be rejected: no seed had to be chosen."""
BOXES = torch.tensor([[100, 200, 300, 400]]).repeat(COUNT, 1)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def expect_uniform(values, low, high):
    """Kolmogorov and Smirnov's test does not reject that the values are uniform."""
    assert stats.kstest(np.asarray(values), stats.uniform(low, high - low).cdf).pvalue > LEVEL


def expect_equal_chances(values, choices, chances=None):
    """Pearson's test does not reject the chances, equal unless given."""
    seen = torch.bincount(values, minlength=choices).numpy()
    assert len(seen) == choices
    expected = None if chances is None else np.asarray(chances) * len(values)
    assert stats.chisquare(seen, expected).pvalue > LEVEL


@pytest.mark.parametrize("area", [(0.02, 0.15), (0.05, 0.1)])
def test_the_area_of_rectangles_is_uniform(area):
    drawn = Rectangle(area).draw(COUNT, SIZE, generator())
    expect_uniform(drawn["box"][:, 2:].prod(dim=1).double() / math.prod(SIZE), *area)


def test_the_area_of_masks_is_that_of_the_rectangles():
    drawn = Rectangle().draw(300, (256, 192), generator())
    masks = Rectangle().masks(drawn, (256, 192))
    assert torch.equal(masks.sum(dim=(1, 2, 3)).long(), drawn["box"][:, 2:].prod(dim=1))
    expect_uniform(masks.mean(dim=(1, 2, 3)), 0.02, 0.15)


def test_the_aspect_of_rectangles_is_wide_or_high_with_equal_chance_and_uniform_in_both():
    box = Rectangle((0.1, 0.15)).draw(COUNT, SIZE, generator(1))["box"].double()
    aspect = box[:, 3] / box[:, 2]
    assert stats.binomtest(int((aspect > 1).sum()), COUNT).pvalue > LEVEL
    # rounding to pixels moves an aspect by less than 0.01 across the border at 1
    expect_uniform(aspect[aspect < 0.99], 0.3, 0.99)
    expect_uniform(aspect[aspect > 1.01], 1.01, 3.3)


@pytest.mark.parametrize("axis", [0, 1])
def test_rectangles_lie_at_uniform_places(axis):
    box = Rectangle().draw(COUNT, SIZE, generator(2))["box"].double()
    room = SIZE[axis] - box[:, 2 + axis]
    expect_uniform((box[:, axis] + torch.rand(COUNT, generator=generator(3))) / (room + 1), 0, 1)


def test_the_sides_and_the_angle_of_scars_are_uniform():
    drawn = Scar().draw(COUNT, SIZE, generator())
    expect_uniform(drawn["sides"][:, 0], 2, 16)
    expect_uniform(drawn["sides"][:, 1], 10, 25)
    expect_uniform(drawn["angle"], -math.pi / 4, math.pi / 4)


def test_the_masks_of_scars_lie_at_the_drawn_angle():
    scar = Scar(width=(3, 3), length=(60, 90), angle=(-80, 80))
    drawn = scar.draw(200, (128, 128), generator(4))
    masks = scar.masks(drawn, (128, 128))[:, 0]
    angles = [principal_angle(mask) for mask in masks]
    np.testing.assert_allclose(angles, drawn["angle"], atol=math.radians(1))


def test_another_distribution_is_rejected():
    with pytest.raises(AssertionError):
        expect_uniform(torch.rand(COUNT, generator=generator(19)).pow(1.2), 0, 1)
    with pytest.raises(AssertionError):
        expect_equal_chances(torch.arange(COUNT).sqrt().long() % 3, 3, (0.4, 0.3, 0.3))


def principal_angle(mask):
    """Return the angle between a mask's long axis and the vertical, from its second moments."""
    down, across = mask.nonzero(as_tuple=True)
    covariance = np.cov(np.stack((down, across)))
    first, second = np.linalg.eigh(covariance)[1][:, 1]
    return math.atan(second / first)


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_factors_of_the_jitter_are_uniform_about_1(name):
    drawn = ColourJitter().draw(BOXES, SIZE, generator(5))
    expect_uniform(drawn[name], 0.6, 1.4)
    drawn = ColourJitter(1.5, 1.5, 1.5, 0.5).draw(BOXES, SIZE, generator(6))
    expect_uniform(drawn[name], 0, 2.5)


def test_the_hue_of_the_jitter_is_uniform_about_0():
    expect_uniform(ColourJitter(hue=0.1).draw(BOXES, SIZE, generator(7))["hue"], -0.1, 0.1)


def test_factors_of_the_jitter_are_not_correlated():
    drawn = ColourJitter().draw(BOXES, SIZE, generator(8))
    correlations = np.corrcoef(np.stack([drawn[name] for name in sorted(drawn)]))
    assert np.abs(correlations - np.eye(4)).max() < 0.05


@pytest.mark.parametrize("axis", [0, 1])
def test_the_source_of_content_is_uniform_over_all_places(axis):
    source = BOXES[:, :2] + Elsewhere().draw(BOXES, SIZE, generator(9))["shift"]
    room = SIZE[axis] - int(BOXES[0, 2 + axis]) + 1
    expect_uniform((source[:, axis] + torch.rand(COUNT, generator=generator(10))) / room, 0, 1)


def test_turns_orders_and_donors_have_equal_chances():
    expect_equal_chances(QuarterTurn().draw(BOXES, SIZE, generator(11))["turns"] - 1, 3)
    expect_equal_chances(Donor().draw(BOXES, SIZE, generator(12), donors=7)["donor"], 7)
    order = Permute("shuffle").draw(BOXES, SIZE, generator(13))["order"]
    number = (order * torch.tensor([64, 16, 4, 1])).sum(dim=1).unique(return_inverse=True)[1]
    expect_equal_chances(number, 23)


def test_opacity_and_softness_are_uniform():
    expect_uniform(Alpha((0.2, 1.0)).draw(COUNT, generator(14))["opacity"], 0.2, 1)
    expect_uniform(Soft((0.01, 0.03)).draw(COUNT, generator(15))["softness"], 0.01, 0.03)


@pytest.mark.parametrize("p", [0.25, 0.5])
def test_a_fill_applies_with_its_probability(p):
    applied = Sometimes(Donor(), p).draw(BOXES, SIZE, generator(16), donors=1)["applied"]
    assert stats.binomtest(int(applied.sum()), COUNT, p).pvalue > LEVEL


def test_one_of_several_is_chosen_by_its_weight():
    one_of = OneOf((cutpaste(), cutpaste(), cutpaste()), (1, 2, 5))
    choice = one_of.draw(COUNT, SIZE, generator(17))["choice"]
    expect_equal_chances(choice, 3, (1 / 8, 2 / 8, 5 / 8))


def test_the_places_of_defective_samples_have_equal_chances():
    draws = torch.Generator().manual_seed(18)
    mixed = Mixed(cutpaste(), 0.375)
    defective = torch.stack([mixed.draw(8, SIZE, draws)["defective"] for _ in range(500)])
    assert torch.equal(defective.sum(dim=1), torch.full((500,), 3))
    expect_equal_chances(defective.nonzero()[:, 1], 8)


def test_numbers_are_float32_whatever_their_bounds_are():
    assert uniform(np.float64(0.1), np.float64(0.2), 3, generator()).dtype == torch.float32
