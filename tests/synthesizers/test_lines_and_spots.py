"""Thin lines, spots, and either."""

import pytest
import torch

from synth_anomaly.catalogue import catalogue
from synth_anomaly.synthesizers import (
    Constant,
    CurvedLine,
    NoiseBlob,
    OneOf,
    Paste,
    Repeated,
    Replace,
    Soft,
    lines_and_spots,
    spots,
    thin_lines,
)

IMAGES = torch.rand(24, 3, 128, 160, generator=torch.Generator().manual_seed(0)) * 0.2 + 0.4


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("factory", "shape"), [(thin_lines, CurvedLine()), (spots, NoiseBlob())])
def test_one_to_three_soft_pastes_of_one_shape(factory, shape):
    made = factory()
    assert made == Repeated(Paste(shape, made.synthesizer.fill, Soft((0.0, 0.005), (0.4, 1.0)), 0.03), (1, 3))
    assert factory(shape, Constant(), Replace(), (2, 2), 0.0) == Repeated(Paste(shape, Constant()), (2, 2))


def test_either_is_one_of_both_in_equal_shares():
    assert lines_and_spots() == OneOf((thin_lines(), spots()))
    choice = lines_and_spots().draw(2000, (32, 32), seeded()).host["choice"]
    assert choice.float().mean() == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("name", ["thin-lines", "spots", "lines-and-spots"])
def test_they_are_registered_and_written_out_as_what_they_are_made_of(name):
    built = catalogue().build("synthesizer", name)
    factory = {"thin-lines": thin_lines, "spots": spots, "lines-and-spots": lines_and_spots}[name]
    assert built == factory()
    assert catalogue().build("synthesizer", catalogue().describe("synthesizer", built)) == built


def test_half_of_them_show_the_image_itself_and_a_quarter_each_a_colour_and_another_place():
    drawn = thin_lines().synthesizer.fill.draw(torch.zeros(4000, 4, dtype=torch.int64), (8, 8), seeded())
    shares = torch.bincount(drawn["order"][:, 0], minlength=4) / 4000
    torch.testing.assert_close(shares, torch.full((4,), 0.25), atol=0.03, rtol=0)


@pytest.mark.parametrize(("factory", "largest"), [(thin_lines, 0.02), (spots, 0.04)])
def test_a_small_part_of_each_image_is_defective_and_visibly_so(factory, largest):
    several = factory()(IMAGES, seeded(1))
    assert several.defective.all()
    assert 0.002 < several.masks.mean() < largest
    # where two overlap, the second may undo some of the first
    made = factory(count=(1, 1))(IMAGES, seeded(1))
    change = (made.images - IMAGES).abs().amax(dim=1, keepdim=True)
    assert change[made.masks > 0].min() >= 0.029
    assert change[made.masks == 0].max() == 0


def test_sizes_differ():
    areas = torch.cat([spots(count=(1, 1))(IMAGES, seeded(seed)).masks.sum((1, 2, 3)) for seed in range(10)])
    low, middle, high = areas.quantile(torch.tensor([0.1, 0.5, 0.9])).tolist()
    assert low < middle / 3 < middle * 3 < high
