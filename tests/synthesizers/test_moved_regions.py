"""Large regions that show another part of the image."""

import pytest
import torch

from synth_anomaly.catalogue import catalogue
from synth_anomaly.synthesizers import moved_regions

IMAGES = torch.rand(32, 3, 48, 64, generator=torch.Generator().manual_seed(0))


def made(images=IMAGES, seed=0):
    return moved_regions()(images, torch.Generator().manual_seed(seed))


def test_it_is_registered_and_written_out_as_what_it_is_made_of():
    built = catalogue().build("synthesizer", "moved-regions")
    assert built == moved_regions()
    assert catalogue().build("synthesizer", catalogue().describe("synthesizer", built)) == built


def test_a_region_is_large_and_the_rest_of_the_image_stays():
    defects = made()
    shares = defects.masks.flatten(1).mean(dim=1)
    assert shares.min() > 0.01
    assert 0.08 < shares.mean() < 0.4
    outside = (defects.images - IMAGES).abs() * (1 - defects.masks)
    assert outside.max() == 0


def test_a_region_shows_colours_of_the_image():
    # one grey level an image, but for a stripe: only levels that the image has can come back, and their mixes
    images = torch.full((16, 3, 48, 64), 0.5)
    images[:, :, :, 40:48] = 0.75
    defects = made(images)
    assert defects.images.min() >= 0.5 - 1e-6
    assert defects.images.max() <= 0.75 + 0.05  # the resizing of a turned image rings a little
    assert (defects.images - images).abs().max() > 0.2


@pytest.mark.parametrize("seed", [0, 1])
def test_a_part_of_one_colour_has_no_region_to_move(seed):
    images = torch.full((8, 3, 32, 32), 0.25)
    assert torch.equal(made(images, seed).images, images)
