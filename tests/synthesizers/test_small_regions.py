"""Small regions are hard augmentation's pastes, several an image."""

import torch

from synth_anomaly.catalogue import catalogue
from synth_anomaly.synthesizers import Chain, Constant, Paste, Rectangle, hard_augmentation, small_regions

SUBTLE = {
    "name": "hard-augmentation",
    "visible": 0.03,
    "blend": {"name": "soft", "softness": [0.0, 0.015], "opacity": [0.3, 1.0]},
}
RECTANGLE = {
    **SUBTLE,
    "shape": {"name": "rectangle", "area": [0.002, 0.06], "aspect": [[0.1667, 1.0], [1.0, 6.0]]},
}
LINE = {
    **SUBTLE,
    "shape": {"name": "scar", "width": [1.0, 4.0], "length": [6.0, 50.0], "angle": [-90.0, 90.0]},
}
SCAR = {
    **SUBTLE,
    "shape": {"name": "scar", "width": [1.5, 12.0], "length": [4.0, 30.0], "angle": [-90.0, 90.0]},
}
AS_A_TABLE = {"name": "chain", "synthesizers": [RECTANGLE, RECTANGLE, LINE, SCAR]}


def test_they_are_what_recipes_write_out_as_a_chain():
    built = catalogue().build("synthesizer", "small-regions")
    assert built == small_regions() == catalogue().build("synthesizer", AS_A_TABLE)
    described = catalogue().describe("synthesizer", built)
    assert described == catalogue().describe("synthesizer", catalogue().build("synthesizer", AS_A_TABLE))
    assert catalogue().build("synthesizer", described) == built


def test_the_content_is_hard_augmentations():
    for part in small_regions().synthesizers:
        assert part.fill == hard_augmentation().fill


def test_a_few_percent_of_an_image_are_defective_and_part_of_it_is_faint():
    images = torch.rand(64, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    made = small_regions()(images, torch.Generator().manual_seed(1))
    area = made.masks.mean(dim=(1, 2, 3))
    assert 0.01 < area.mean() < 0.12
    assert made.defective.all()
    change = (made.images - images).abs().amax(dim=1, keepdim=True)
    assert change[made.masks > 0].min() >= 0.029


def test_shapes_fill_blend_and_visible_are_options():
    shapes = (Rectangle((0.1, 0.2)),)
    plain = hard_augmentation().blend
    made = small_regions(shapes, Constant(), plain, 0.0)
    assert made == Chain((Paste(shapes[0], Constant()),))
    changed = {"name": "small-regions", "shapes": {"0": {"area": [0.1, 0.2]}}}
    first, *others = catalogue().build("synthesizer", changed).synthesizers
    assert first.shape.area == (0.1, 0.2)
    assert tuple(others) == small_regions().synthesizers[1:]
