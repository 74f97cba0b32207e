"""NSA's patches, computed in rectangles alone, against whole images pasted one after another."""

import pytest
import torch

from synth_anomaly.synthesizers import (
    Donor,
    Elsewhere,
    GradientDomain,
    Paste,
    Rectangle,
    Repeated,
    Resized,
    Successive,
    WholeImage,
    nsa,
)
from synth_anomaly.synthesizers.published.nsa_patches import BlendedPatches

RESIZED = Successive((Donor(), Resized(mean=0.8, deviation=0.8, limits=(0.2, 2.5), mirror=0.5), Elsewhere()))
SIZES = [(256, 256), (300, 170), (40, 56), (33, 47), (50, 24), (7, 2), (1, 9)]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pictures(count, *size, seed=0):
    grain = torch.rand(count, 3, *size, generator=seeded(seed))
    return torch.nn.functional.avg_pool2d(grain, 3, 1, 1)


def expect_as_repeated(synthesizer, images, donors, seed):
    """In whole images the same is computed another way: by cosines of all of a rectangle's pixels."""
    slow = Repeated(synthesizer.synthesizer, synthesizer.count, synthesizer.p)
    drawn = synthesizer.draw(len(images), images.shape[2:], seeded(seed), donors=len(donors))
    fast, right = (each.apply(images, drawn, donors=donors) for each in (synthesizer, slow))
    torch.testing.assert_close(fast.images, right.images, atol=1 / 255 + 1e-4, rtol=0)
    # rounding may turn a pixel that changes by the least that is visible
    turned = fast.masks != right.masks
    assert turned.float().mean() < 1e-4
    apart = (fast.images - right.images).abs() * ~turned
    assert apart.max() < 5e-5
    assert fast.defective.any() or not right.defective.any()


@pytest.mark.parametrize("size", SIZES)
def test_patches_are_those_of_whole_images(size):
    images, donors = pictures(6, *size), pictures(4, *size, seed=1)
    for seed in range(3):
        expect_as_repeated(nsa(), images, donors, seed)


@pytest.mark.parametrize("size", SIZES)
def test_many_patches_of_any_scale_that_meet_are_those_of_whole_images(size):
    images, donors = pictures(4, *size), pictures(3, *size, seed=1)
    paste = Paste(Rectangle((0.02, 0.5)), RESIZED, GradientDomain())
    expect_as_repeated(BlendedPatches(paste, (2, 5), 0.5), images, donors, 0)


def test_patches_at_the_images_edges_are_those_of_whole_images():
    images, donors = pictures(6, 80, 90), pictures(4, 80, 90, seed=1)
    synthesizer = BlendedPatches(Paste(Rectangle((0.5, 0.5)), RESIZED, GradientDomain()), (2, 2))
    drawn = synthesizer.draw(6, (80, 90), seeded(), donors=4)
    edges = [(0, 5, 30, 40), (50, 50, 30, 40), (0, 0, 80, 40), (0, 0, 80, 89), (0, 1, 79, 89), (3, 0, 20, 90)]
    for number in range(2):
        drawn.host[f"{number}/shape/box"][:] = torch.tensor(edges)
        # the content of a rectangle must come from inside the image
        drawn.host[f"{number}/fill/2/shift"][:] = -torch.tensor(edges)[:, :2]
    slow = Repeated(synthesizer.synthesizer, (2, 2)).apply(images, drawn, donors=donors)
    fast = synthesizer.apply(images, drawn, donors=donors)
    torch.testing.assert_close(fast.images, slow.images, atol=5e-5, rtol=0)


@pytest.mark.parametrize(
    "options",
    [
        {"fill": Successive((Donor(), Resized(angle=(-90.0, 90.0)), Elsewhere()))},
        {"fill": Donor()},
        {"blend": GradientDomain(mixed=True)},
        {"shape": WholeImage()},
    ],
)
def test_what_is_no_upright_donor_is_pasted_as_elsewhere(options):
    images, donors = pictures(3, 32, 40), pictures(2, 32, 40, seed=1)
    synthesizer = nsa(**options)
    slow = Repeated(synthesizer.synthesizer, (1, 3))
    made, right = (each(images, seeded(), donors=donors) for each in (synthesizer, slow))
    assert torch.equal(made.images, right.images)
    assert torch.equal(made.masks, right.masks)


def test_a_guide_cuts_the_patches():
    images, donors = pictures(4, 64, 64), pictures(2, 64, 64, seed=1)
    guide = torch.zeros(4, 1, 64, 64)
    guide[..., :32] = 1
    made = nsa()(images, seeded(), guide=guide, donors=donors)
    assert made.defective.any()
    assert not made.masks[..., 32:].any()


def test_donors_of_another_type_are_pasted_as_elsewhere():
    images, donors = pictures(4, 64, 64), pictures(2, 64, 64, seed=1)
    made = nsa()(images.bfloat16(), seeded(), donors=donors)
    slow = Repeated(nsa().synthesizer)(images.bfloat16(), seeded(), donors=donors)
    assert torch.equal(made.images, slow.images)
