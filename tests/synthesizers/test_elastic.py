import math

import numpy as np
import pytest
import torch
from kornia.geometry import elastic_transform2d
from scipy.ndimage import map_coordinates

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import Elastic
from synth_anomaly.synthesizers.fills.elastic import displacement


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(fill, count, size, seed=0):
    return fill.draw(torch.zeros(count, 4, dtype=torch.int64), size, seeded(seed))


def in_pixels(drawn, size):
    right, down = displacement(drawn, size)
    return torch.stack((right * size[1] / 2, down * size[0] / 2), dim=1)


@pytest.mark.parametrize("size", [(9, 14), (12, 7), (1, 5), (1, 1)])
def test_displacement_is_the_sum_over_the_lattice(size):
    drawn = draw(Elastic((0.01, 0.1), (0.2, 0.4)), 3, size)
    moved = in_pixels(drawn, size)
    noise, sigma, alpha = (drawn[name].double() for name in ("noise", "sigma", "alpha"))
    down, across = (torch.arange(length).double() for length in size)
    for sample in range(3):
        expected = torch.zeros(2, *size).double()
        for row in range(noise.shape[2]):
            for column in range(noise.shape[3]):
                far_down = down[:, None] - (row - 3) * sigma[sample]
                far_across = across - (column - 3) * sigma[sample]
                weight = torch.exp(-(far_down**2 + far_across**2) / (2 * sigma[sample] ** 2))
                expected += noise[sample, :, row, column, None, None] * weight
        expected *= alpha[sample] / math.sqrt(math.pi)
        torch.testing.assert_close(moved[sample].double(), expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("size", [(48, 40), (32, 56)])
def test_equals_kornia_with_the_same_noise(size):
    sigma, alpha = 4, 2.5
    content = torch.rand(3, 3, *size, generator=seeded())
    rows, columns = (length // sigma + 6 for length in size)
    noise = torch.zeros(3, 2, rows, columns)
    noise[:, :, 3:-3, 3:-3] = torch.randn(3, 2, rows - 6, columns - 6, generator=seeded(1))
    drawn = {"noise": noise, "sigma": torch.full((3,), float(sigma)), "alpha": torch.full((3,), alpha)}
    ours = Elastic().content(content, Parameters(drawn))
    on_pixels = torch.zeros(3, 2, *size)
    on_pixels[:, :, ::sigma, ::sigma] = noise[:, :, 3:-3, 3:-3]
    reach = 7 * sigma
    total = torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).sum() ** 2
    scale = [2 * alpha / math.sqrt(math.pi) * float(total) / length for length in size]
    theirs = elastic_transform2d(
        content,
        on_pixels,
        (2 * reach + 1, 2 * reach + 1),
        (float(sigma), float(sigma)),
        (scale[1], scale[0]),
        padding_mode="reflection",
    )
    assert (ours - content).abs().mean() > 0.05
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


@pytest.mark.parametrize("size", [(21, 30), (30, 17)])
def test_pixels_are_read_where_the_displacement_says(size):
    content = torch.rand(4, 3, *size, generator=seeded())
    drawn = draw(Elastic((0.05, 0.1)), 4, size)
    places = np.mgrid[: size[0], : size[1]] + in_pixels(drawn, size).flip(1).numpy()
    for before, after, place in zip(content, Elastic().content(content, drawn), places, strict=True):
        for channel in range(3):
            expected = map_coordinates(before[channel].numpy(), place, order=1, mode="reflect")
            np.testing.assert_allclose(after[channel], expected, atol=2e-5)


def test_displacement_has_the_same_size_everywhere_and_the_smoothness_of_a_gaussian():
    size, sigma = (40, 56), 8.0
    drawn = draw(Elastic((0.1, 0.1), (0.2, 0.2)), 1500, size)
    assert torch.equal(drawn["sigma"], torch.full((1500,), sigma))
    moved = in_pixels(drawn, size) / drawn["alpha"][:, None, None, None]
    variance = moved.square().mean(dim=0)
    assert abs(variance.mean() - 1) < 0.02
    assert variance.min() > 0.8
    assert variance.max() < 1.2
    for apart in (4, 8, 16):
        alike = (moved[..., apart:] * moved[..., :-apart]).mean()
        assert abs(alike - math.exp(-(apart**2) / (4 * sigma**2))) < 0.02
    assert abs((moved[:, 0] * moved[:, 1]).mean()) < 0.02


def test_no_displacement_changes_nothing():
    content = torch.rand(3, 3, 19, 26, generator=seeded())
    bent = Elastic().content(content, draw(Elastic((0.0, 0.0)), 3, (19, 26)))
    torch.testing.assert_close(bent, content, atol=1e-5, rtol=0)


def test_draws_few_numbers_in_its_ranges():
    drawn = draw(Elastic((0.01, 0.02), (0.1, 0.2)), 2000, (200, 400))
    for name, low, high in (("alpha", 2, 4), ("sigma", 20, 40)):
        assert low <= drawn[name].min() < drawn[name].max() <= high
        assert abs(drawn[name].mean() - (low + high) / 2) < 0.02 * high
    assert drawn["noise"].shape == (2000, 2, 17, 27)


def test_a_sample_depends_on_its_own_parameters_alone():
    content = torch.rand(6, 3, 24, 20, generator=seeded())
    drawn = draw(Elastic(), 6, (24, 20))
    rows = torch.tensor([4, 1])
    some = Parameters({name: value[rows] for name, value in drawn.host.items()})
    together, alone = Elastic().content(content, drawn), Elastic().content(content[rows], some)
    torch.testing.assert_close(together[rows], alone, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": (0.2, 0.1)}, "alpha must be two shares"),
        ({"alpha": (-0.1, 0.1)}, "alpha must be two shares"),
        ({"sigma": (0.0, 0.1)}, "sigma must be two shares"),
        ({"sigma": (0.1, 1.5)}, "sigma must be two shares"),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        Elastic(**options)
