import math

import pytest
import torch

from synth_anomaly.synthesizers.noise import fractal_noise, gradient_angles, perlin_noise


def fade(t):
    return 6 * t**5 - 15 * t**4 + 10 * t**3


def reference(angles, scale, size):
    """One image, pixel by pixel, from the definition."""
    noise = torch.zeros(size, dtype=torch.float64)
    for row in range(size[0]):
        for column in range(size[1]):
            down, across = row * scale[0] / size[0], column * scale[1] / size[1]
            top, left = math.floor(down), math.floor(across)
            products = {
                (i, j): math.cos(angles[top + i][left + j]) * (down - top - i)
                + math.sin(angles[top + i][left + j]) * (across - left - j)
                for i in (0, 1)
                for j in (0, 1)
            }
            s, t = fade(down - top), fade(across - left)
            upper = products[0, 0] + t * (products[0, 1] - products[0, 0])
            lower = products[1, 0] + t * (products[1, 1] - products[1, 0])
            noise[row, column] = math.sqrt(2) * (upper + s * (lower - upper))
    return noise


SIZES = [(16, 16), (12, 20), (7, 5), (1, 1)]


@pytest.mark.parametrize("size", SIZES)
def test_one_octave_is_perlins_definition_for_different_scales_in_one_batch(size):
    scales = torch.tensor([[1, 1], [4, 2], [2, 8], [8, 1], [3, 5]])
    angles = gradient_angles(torch.arange(5), (9, 9))
    noise = perlin_noise(angles, scales, size)
    for made, table, scale in zip(noise, angles.tolist(), scales.tolist(), strict=True):
        torch.testing.assert_close(made.double(), reference(table, scale, size), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("octaves", "persistence"), [(1, 0.5), (2, 0.5), (3, 0.7)])
def test_octaves_sum_with_weights_of_unit_square(octaves, persistence):
    seeds, size, largest = torch.tensor([3, 2**32 - 1, 77]), (12, 9), 4
    scales = torch.tensor([[1, 4], [2, 2], [4, 1]])
    noise = fractal_noise(seeds, scales, size, largest=largest, octaves=octaves, persistence=persistence)
    total = math.sqrt(sum(persistence ** (2 * octave) for octave in range(octaves)))
    for made, seed, scale in zip(noise, seeds, scales.tolist(), strict=True):
        expected = torch.zeros(size, dtype=torch.float64)
        for octave in range(octaves):
            points = largest * 2**octave + 1
            seed_of_octave = (seed + octave * 0x45D9F3B) % 2**32
            angles = gradient_angles(seed_of_octave[None], (points, points))[0].tolist()
            cells = [2**octave * number for number in scale]
            expected += persistence**octave / total * reference(angles, cells, size)
        torch.testing.assert_close(made.double(), expected, atol=1e-5, rtol=0)


def test_noise_is_zero_on_the_lattice_and_within_one():
    seeds = torch.arange(200)
    noise = fractal_noise(seeds, torch.full((200, 2), 8), (64, 64), largest=8)
    assert noise[:, ::8, ::8].abs().max() < 1e-6
    assert 0.8 < noise.abs().max() <= 1
    assert abs(noise.mean()) < 0.002


@pytest.mark.parametrize("octaves", [1, 2, 4])
def test_more_octaves_spread_the_values_no_wider(octaves):
    noise = fractal_noise(
        torch.arange(100), torch.full((100, 2), 4), (64, 64), largest=4, octaves=octaves, persistence=0.8
    )
    assert noise.std() == pytest.approx(0.305, abs=0.01)


def test_gradients_are_uniform_and_independent_of_place_and_seed():
    angles = gradient_angles(torch.arange(400) * 7919 % 2**32, (33, 33))
    assert 0 <= angles.min() < angles.max() < 2 * math.pi
    shares = torch.histc(angles, 64, 0, 2 * math.pi) / angles.numel()
    assert (shares * 64 - 1).abs().max() < 0.05
    for first, second in (
        (angles[:, 1:], angles[:, :-1]),
        (angles[:, :, 1:], angles[:, :, :-1]),
        (angles[1:], angles[:-1]),
    ):
        assert (first - second).cos().mean().abs() < 0.005
        assert (first + second).cos().mean().abs() < 0.005


def test_a_sample_depends_on_its_own_seed_and_scale_alone():
    seeds, scales = torch.tensor([5, 6, 7]), torch.tensor([[1, 2], [4, 4], [2, 1]])
    together = fractal_noise(seeds, scales, (20, 24), largest=4)
    alone = fractal_noise(seeds[1:2], scales[1:2], (20, 24), largest=4)
    torch.testing.assert_close(together[1:2], alone)


def test_no_samples():
    none = fractal_noise(torch.zeros(0, dtype=torch.long), torch.ones(0, 2), (4, 5), largest=2)
    assert none.shape == (0, 4, 5)
