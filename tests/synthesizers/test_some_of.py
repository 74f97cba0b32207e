"""Some of several fills, and the plain fills that GLASS draws from."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance, ImageOps

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import BrightnessShift, ColourJitter, Grey, Mirror, SomeOf, Stretch, glass

NOTHING = Parameters({})


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def smooth(count, height, width):
    coarse = torch.rand(count, 3, 5, 6, generator=seeded()) ** 2
    return torch.nn.functional.interpolate(coarse, size=(height, width), mode="bilinear") * 0.8 + 0.1


def pillow(image):
    return Image.fromarray((image.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy())


def close(ours, theirs, atol=1.01):
    """Compare with Pillow's result, which is rounded before and after."""
    apart = np.abs(ours.permute(1, 2, 0).numpy() * 255 - np.asarray(theirs.convert("RGB"), float))
    return apart.max() <= atol


def test_each_sample_gets_different_ones_in_every_order():
    drawn = SomeOf((Grey(), Mirror(), Stretch(), BrightnessShift()), 2).draw(
        torch.zeros(6000, 4, dtype=torch.int64), (8, 8), seeded()
    )
    order = drawn["order"]
    assert order.shape == (6000, 2)
    assert (order[:, 0] != order[:, 1]).all()
    pairs = torch.bincount(order[:, 0] * 4 + order[:, 1], minlength=16) / 6000
    expected = (1 - torch.eye(4).flatten()) / 12
    torch.testing.assert_close(pairs, expected, atol=0.02, rtol=0)


def test_they_are_applied_in_the_drawn_order():
    images = smooth(4, 9, 12)
    fills = (Grey(), Mirror(), Stretch())
    some = SomeOf(fills, 2)
    order = torch.tensor([[0, 2], [2, 0], [1, 0], [2, 1]])
    made = some.content(images, Parameters({"order": order}))
    for row, numbers in enumerate(order.tolist()):
        expected = images[row : row + 1]
        for number in numbers:
            expected = fills[number].content(expected, NOTHING)
        assert torch.equal(made[row : row + 1], expected)


@pytest.mark.parametrize("count", [0, 3])
def test_wrong_counts(count):
    with pytest.raises(ValueError, match=f"count must be from 1 to 2 fills, got {count}"):
        SomeOf((Grey(), Mirror()), count)


@pytest.mark.parametrize("size", [(20, 31), (1, 1)])
def test_plain_fills_against_pillow(size):
    images = smooth(3, *size)
    references = {
        Grey(): ImageOps.grayscale,
        Mirror(): ImageOps.mirror,
        Mirror("height"): ImageOps.flip,
        Stretch(): ImageOps.autocontrast,
    }
    for fill, reference in references.items():
        # Pillow's stretch magnifies its rounding
        atol = 3 if isinstance(fill, Stretch) else 1.01
        for made, image in zip(fill.content(images, NOTHING), images, strict=True):
            assert close(made, reference(pillow(image)), atol), fill


@pytest.mark.parametrize(
    ("number", "name", "enhance"),
    [(0, "contrast", ImageEnhance.Contrast), (1, "brightness", ImageEnhance.Brightness)],
)
def test_contrast_and_brightness_of_glass_against_pillow(number, name, enhance):
    images = smooth(16, 24, 20)
    jitter = glass().fill.fills[1].fills[number]
    assert isinstance(jitter, ColourJitter)
    drawn = jitter.draw(torch.zeros(16, 4, dtype=torch.int64), (24, 20), seeded())
    factors = drawn[name]
    assert factors.min() >= 0.8
    assert factors.max() <= 1.2
    assert factors.std() > 0.05
    for made, image, factor in zip(jitter.content(images, drawn), images, factors.tolist(), strict=True):
        assert close(made, enhance(pillow(image)).enhance(factor), 1.7)


def test_a_channel_of_one_value_is_not_stretched():
    images = torch.full((1, 3, 4, 4), 0.3)
    images[:, 0, 0, 0] = 0.5
    made = Stretch().content(images, NOTHING)
    assert torch.equal(made[:, 1:], images[:, 1:])
    assert made[0, 0, 0, 0] == 1
    assert made[0, 0].min() == 0


def test_glass_draws_each_of_its_nine_operations_equally_often():
    drawn = glass().fill.draw(torch.zeros(3000, 4, dtype=torch.int64), (8, 8), seeded())
    shares = torch.bincount(drawn["1/order"].flatten(), minlength=9) / 3000
    torch.testing.assert_close(shares, torch.full((9,), 1 / 3), atol=0.04, rtol=0)
