import pytest
import torch

from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import ColourJitter, Donor, Elsewhere, Paste, Rectangle, WholeImage, cutpaste


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


class Soft:
    """A shape with soft edges."""

    def draw(self, count, size, generator):
        return WholeImage().draw(count, size, generator)

    def masks(self, parameters, size):
        return torch.linspace(0, 1, size[1]).expand(len(parameters["box"]), 1, *size)


@pytest.mark.parametrize(
    ("drawn", "got"),
    [
        ({}, "none"),
        ({"box": torch.zeros(3, 4)}, r"float32 \(3, 4\)"),
        ({"box": torch.zeros(3, dtype=torch.int64)}, r"int64 \(3,\)"),
        ({"box": torch.tensor([[0, 0, 1, 1], [5, 5, -3, 3], [0, 0, 8, 8]])}, r"\[5, 5, -3, 3\] in .* 8 x 8"),
        ({"box": torch.tensor([[0, 0, 1, 1], [0, 0, 8, 8], [0, 5, 8, 4]])}, r"\[0, 5, 8, 4\] in .* 8 x 8"),
    ],
)
def test_a_shape_must_draw_boxes(drawn, got):
    class Stains(Rectangle):
        def draw(self, *_):
            return Parameters(drawn)

    message = rf"the shape 'Stains' must draw 'box', int64 \(3, 4\), .* got {got}: see"
    with pytest.raises(ComponentError, match=message):
        Paste(Stains(), Elsewhere()).draw(3, (8, 8), torch.Generator())


def test_soft_masks_weigh_the_content():
    images, donors = torch.rand(2, 3, 8, 8, generator=seeded()), torch.rand(1, 3, 8, 8, generator=seeded(1))
    made = Paste(Soft(), Donor())(images, seeded(), donors=donors)
    torch.testing.assert_close(made.images, images * (1 - made.masks) + donors * made.masks)
    assert torch.equal(made.images[..., 0], images[..., 0])
    assert torch.equal(made.images[..., -1], donors[..., -1].expand(2, -1, -1))


def test_guide_restricts_to_half_and_above():
    images = torch.rand(3, 3, 16, 16, generator=seeded())
    guide = torch.linspace(0, 1, 16).expand(3, 1, 16, 16)
    made = Paste(WholeImage(), ColourJitter())(images, seeded(), guide=guide)
    assert torch.equal(made.masks, (guide >= 0.5).float())


def test_masks_are_float32_beside_half_precision():
    images = torch.rand(2, 3, 16, 16, generator=seeded())
    half, full = cutpaste()(images.bfloat16(), seeded()), cutpaste()(images, seeded())
    assert half.images.dtype == torch.bfloat16
    assert torch.equal(half.masks, full.masks)
    torch.testing.assert_close(half.images.float(), full.images, atol=0.03, rtol=0)


def test_a_blend_that_overshoots_is_cut_to_range_and_mask():
    class Overshoot:
        def draw(self, count, generator):
            return Parameters({})

        def join(self, images, content, masks, parameters):
            return images + 2

    images = torch.rand(2, 3, 16, 16, generator=seeded())
    made = Paste(Rectangle(), Elsewhere(), Overshoot())(images, seeded())
    assert torch.equal(made.images, torch.where(made.masks > 0, 1.0, images))


@pytest.mark.parametrize(
    ("images", "guide", "donors", "message"),
    [
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), None, None, "divide uint8 by 255"),
        (torch.zeros(3, 8, 8), None, None, r"got torch.float32 \(3, 8, 8\)"),
        (torch.zeros(1, 3, 8, 8), torch.zeros(8, 8), None, r"guide must be \(1, 1, 8, 8\)"),
        (torch.zeros(1, 3, 8, 8), None, torch.zeros(4, 3, 9, 8), r"donors must be \(D, 3, 8, 8\)"),
    ],
)
def test_wrong_tensors_are_named(images, guide, donors, message):
    with pytest.raises(DataError, match=message):
        cutpaste()(images, seeded(), guide=guide, donors=donors)


def test_parameters_of_another_batch_are_refused():
    drawn = cutpaste().draw(3, (8, 8), seeded())
    with pytest.raises(DataError, match="for 3 images, got 2"):
        cutpaste().apply(torch.zeros(2, 3, 8, 8), drawn)


def test_donor_without_donors():
    with pytest.raises(DataError, match="give two images or more"):
        Paste(Rectangle(), Donor())(torch.zeros(1, 3, 8, 8), seeded())


def test_what_cannot_be_seen_is_no_defect_and_stays_as_it_was():
    images = torch.rand(6, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    images[:, :, :, :20] = 0.5  # nothing that is pasted within the left half can be seen
    every = Paste(Rectangle((0.1, 0.3)), Elsewhere())
    seen = Paste(Rectangle((0.1, 0.3)), Elsewhere(), visible=0.05)
    all_of_it = every(images, torch.Generator().manual_seed(3))
    visible = seen(images, torch.Generator().manual_seed(3))
    change = (all_of_it.images - images).abs().amax(dim=1, keepdim=True)
    assert torch.equal(visible.masks, all_of_it.masks * (change >= 0.05))
    assert 0 < visible.masks.sum() < all_of_it.masks.sum()
    assert torch.equal(
        visible.images[(visible.masks == 0).expand_as(images)], images[(visible.masks == 0).expand_as(images)]
    )


@pytest.mark.parametrize("visible", [-0.1, 1.5])
def test_an_impossible_visible_change_is_refused(visible):
    with pytest.raises(ValueError, match="visible"):
        Paste(Rectangle(), Elsewhere(), visible=visible)
