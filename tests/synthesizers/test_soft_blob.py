import pytest
import torch
from scipy import ndimage

from synth_anomaly.synthesizers import SoftBlob


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def dome(length):
    wave = torch.sin(torch.pi * (torch.arange(length) + 0.5) / length)
    return wave[:, None] * wave


def test_masks_are_smooth_and_fall_to_0_at_the_border_of_their_box():
    shape, size = SoftBlob((0.2, 0.6), ((0.7, 1.4),)), (128, 150)
    drawn = shape.draw(40, size, seeded())
    masks = shape.masks(drawn, size)[:, 0]
    assert 0 == masks.min() < masks.max() <= 1
    assert max(masks.diff(dim=axis).abs().max() for axis in (1, 2)) < 0.3
    for mask, (top, left, height, width) in zip(masks, drawn["box"].tolist(), strict=True):
        inside = mask[top : top + height, left : left + width]
        assert (inside > 0).sum() == (mask > 0).sum()
        edges = torch.cat((inside[0], inside[-1], inside[:, 0], inside[:, -1]))
        assert edges.max() == 0
    assert ((masks > 0.05) & (masks < 0.95)).sum() > 0.3 * (masks > 0).sum()


def test_the_field_is_white_noise_filtered_by_a_gaussian():
    shape, size = SoftBlob((1.0, 1.0), ((1.0, 1.0),), smoothness=0.1), (100, 100)
    drawn = shape.draw(3, size, seeded())
    masks = shape.masks(drawn, size)[:, 0]
    for mask, noise in zip(masks, drawn["noise"], strict=True):
        # impulses 10 pixels apart; the third lies on the image's corner, between pixels 149 and 150
        impulses = torch.zeros(400, 400)
        for down in (-1, 0):
            for across in (-1, 0):
                impulses[130 + down : 271 + down : 10, 130 + across : 271 + across : 10] += noise / 4
        field = ndimage.gaussian_filter(impulses.double().numpy(), 10, mode="constant", truncate=8)
        field = torch.from_numpy(field)[150:250, 150:250] * 200 * torch.pi**0.5
        expected = (2.5 * dome(100) * (1 + 0.5 * field) - 0.75).clamp(0, 1)
        torch.testing.assert_close(mask.double(), expected, atol=0.02, rtol=0)


def test_the_field_has_unit_variance_everywhere():
    shape, size = SoftBlob((1.0, 1.0), ((1.0, 1.0),)), (40, 40)
    masks = shape.masks(shape.draw(3000, size, seeded()), size)[:, 0]
    for level, edge in (((masks == 0), 0.75), ((masks < 1), 1.75)):
        expected = torch.special.ndtr((edge / 2.5 / dome(40) - 1) / 0.5)
        assert (level.float().mean(dim=0) - expected).abs().max() < 0.04


def test_a_pixel_alone_is_the_middle_of_its_box():
    shape = SoftBlob()
    masks = shape.masks(shape.draw(300, (1, 1), seeded()), (1, 1))
    assert masks.shape == (300, 1, 1, 1)
    assert 0.8 < masks.mean() < 0.95


@pytest.mark.parametrize(
    "options",
    [{"area": (0, 0.1)}, {"aspect": ()}, {"smoothness": 0.01}, {"smoothness": 1.5}, {"irregularity": -1}],
)
def test_wrong_options_are_refused(options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))} must be"):
        SoftBlob(**options)
