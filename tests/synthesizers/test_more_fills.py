import numpy as np
import pytest
import torch
from kornia.augmentation import ColorJitter
from scipy.ndimage import map_coordinates
from scipy.stats import kstest

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    BrightnessShift,
    ColourJitter,
    Constant,
    Noise,
    Permute,
    Rectangle,
    Resized,
    Tint,
)
from synth_anomaly.synthesizers.white_noise import white_noise

SIZES = [(32, 32), (17, 40), (41, 18)]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def images(count, height, width, seed=0):
    return torch.rand(count, 3, height, width, generator=seeded(seed))


def run(fill, content, seed=0, boxes=None):
    size = tuple(content.shape[2:])
    if boxes is None:
        boxes = Rectangle().draw(len(content), size, seeded(seed))["box"]
    drawn = fill.draw(boxes, size, seeded(seed))
    return fill.content(content, drawn), drawn


def resized_by_scipy(image, scale, angle, mirrored, centre):
    """Return ``(C, H, W)``: pixels are read where mirroring, scaling and turning took them from."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    forth = turn @ np.diag([scale, scale]) @ np.diag([1, -1 if mirrored else 1])
    down, across = np.mgrid[: image.shape[1], : image.shape[2]] + 0.5
    offset = np.stack((down - centre[0], across - centre[1])).reshape(2, -1)
    place = (np.linalg.inv(forth) @ offset).reshape(2, *image.shape[1:]) + np.array(centre)[:, None, None]
    return np.stack([map_coordinates(plane, place - 0.5, order=1, mode="reflect") for plane in image])


@pytest.mark.parametrize("size", SIZES)
def test_resized_equals_scipy(size):
    content = images(8, *size)
    made, drawn = run(Resized(limits=(0.5, 2.0), angle=(-180.0, 180.0), mirror=0.5), content)
    assert set(drawn["mirrored"].tolist()) == {True, False}
    for sample in range(8):
        values = [drawn[name][sample].tolist() for name in ("scale", "angle", "mirrored", "centre")]
        expected = resized_by_scipy(content[sample].double().numpy(), *values)
        # a place next to the edge may round to its other side
        assert np.abs(made[sample].numpy() - expected).mean() < 1e-5
        np.testing.assert_allclose(made[sample], expected, atol=1e-3)


def test_resized_turns_counter_clockwise_and_mirrors_exactly():
    content, whole = images(2, 15, 15), torch.tensor([[0, 0, 15, 15]]).repeat(2, 1)
    turned, _ = run(Resized(deviation=0.0, angle=(90.0, 90.0)), content, boxes=whole)
    torch.testing.assert_close(turned, content.rot90(1, (2, 3)), atol=1e-5, rtol=0)
    mirrored, _ = run(Resized(deviation=0.0, mirror=1.0), content, boxes=whole)
    torch.testing.assert_close(mirrored, content.flip(3), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("scale", "reach"), [(0.5, 2), (2.0, 8)])
def test_resized_scales_about_the_centre_of_the_box(scale, reach):
    content, box = torch.zeros(1, 3, 24, 30), torch.tensor([[6, 10, 8, 8]])
    content[:, :, 6:14, 10:18] = 1
    made, _ = run(Resized(scale, 0.0, (scale, scale)), content, boxes=box)
    expected = torch.zeros_like(content)
    expected[:, :, 10 - reach : 10 + reach, 14 - reach : 14 + reach] = 1
    near = (..., slice(2, 18), slice(7, 21))  # further away lies what is reflected
    assert torch.equal((made > 0.5).float()[near], expected[near])


def test_resized_draws_the_scales_of_nsa():
    scale = Resized().draw(torch.zeros(8000, 4), (9, 9), seeded())["scale"]
    assert scale.min() == pytest.approx(0.7)
    assert scale.max() == pytest.approx(1.3)
    for limit in (0.7, 1.3):
        assert float(torch.isclose(scale, torch.tensor(limit)).float().mean()) == pytest.approx(
            0.2743, abs=0.02
        )


def test_constant_is_black_unless_told():
    assert run(Constant(), images(3, 5, 6))[0].abs().max() == 0


@pytest.mark.parametrize("colour", [False, True])
def test_constant_draws_one_colour_an_image(colour):
    made, drawn = run(Constant((0.2, 0.6), colour), images(500, 2, 3))
    assert torch.equal(made, drawn["value"][:, :, None, None].expand(-1, -1, 2, 3))
    assert 0.2 <= made.min() < 0.22
    assert 0.58 < made.max() <= 0.6
    assert bool((drawn["value"].std(dim=1) > 0).all()) is colour


@pytest.mark.parametrize(("direction", "signs"), [("lighter", {1}), ("darker", {-1}), ("either", {-1, 1})])
def test_brightness_changes_by_one_number_an_image(direction, signs):
    content = 0.4 + 0.2 * images(400, 3, 4)
    made, drawn = run(BrightnessShift((0.1, 0.3), direction), content)
    assert set(drawn["shift"].sign().int().tolist()) == signs
    assert 0.1 <= drawn["shift"].abs().min() < 0.102
    assert 0.298 < drawn["shift"].abs().max() <= 0.3
    torch.testing.assert_close(made - content, drawn["shift"][:, None, None, None].expand_as(content))


def test_brightness_is_cut_to_range():
    made, _ = run(BrightnessShift((1.0, 1.0)), images(40, 3, 4))
    assert set(made.unique().tolist()) == {0.0, 1.0}


def test_a_tint_changes_each_channel_by_its_own_number():
    content = 0.4 + 0.2 * images(400, 3, 4)
    made, drawn = run(Tint(0.3), content)
    assert drawn["shift"].shape == (400, 3)
    assert kstest(drawn["shift"].flatten() / 0.6 + 0.5, "uniform").pvalue > 0.01
    torch.testing.assert_close(made - content, drawn["shift"][:, :, None, None].expand_as(content))
    assert run(Tint(1.0), images(400, 3, 4))[0].aminmax() == (0.0, 1.0)


def test_gaussian_noise_has_its_strength():
    content = torch.full((40, 3, 40, 50), 0.5)
    made, drawn = run(Noise((0.05, 0.1)), content)
    spread = (made - content).flatten(1).std(dim=1)
    torch.testing.assert_close(spread, drawn["strength"], rtol=0.05, atol=0)
    standard = (made - content) / drawn["strength"][:, None, None, None]
    assert kstest(standard[:, :, ::4, ::4].flatten().numpy(), "norm").pvalue > 0.01


def test_uniform_noise_alone_fills_the_range():
    made, _ = run(Noise((0.5, 0.5), "uniform", replaces=True), images(20, 30, 40))
    assert kstest(made[:, :, ::2, ::2].flatten().numpy(), "uniform").pvalue > 0.01


def test_grey_noise_is_alike_in_all_channels():
    content = images(3, 8, 9).mul(0.2).add(0.4)
    change = run(Noise((0.05, 0.05), colour=False), content)[0] - content
    torch.testing.assert_close(change, change[:, :1].expand_as(change), atol=1e-6, rtol=0)
    replaced, _ = run(Noise(replaces=True, colour=False), content)
    assert torch.equal(replaced, replaced[:, :1].expand_as(replaced))


def test_noise_of_pixels_channels_and_seeds_is_independent():
    seeds = torch.tensor([0, 1, 2, 3, -1, 2**31 - 1, -(2**31), 7_654_321], dtype=torch.int32)
    noise = white_noise(seeds, (3, 64, 64))
    assert noise.abs().max() < 1
    between = torch.corrcoef(noise.view(8 * 3, -1)).fill_diagonal_(0)
    assert between.abs().max() < 5 / 64
    for down, across in ((0, 1), (1, 0), (1, 1), (0, 2), (16, 0), (0, 32)):
        product = noise[..., down:, across:] * noise[..., : 64 - down, : 64 - across]
        assert abs(3 * product.mean()) < 4 / product.numel() ** 0.5


def test_white_noise_is_its_hash_on_any_machine():
    def folded(words, shift):
        return words ^ (words.view(np.int32) >> shift).view(np.uint32)

    place = np.arange(3 * 5 * 7, dtype=np.uint32)
    place = folded(folded(folded(place, 16) * np.uint32(0x85EBCA6B), 13) * np.uint32(0xC2B2AE35), 16)
    for seed in (0, 5, -7, 2**31 - 1):
        words = folded((place ^ np.array(seed, np.int32).view(np.uint32)) * np.uint32(0x85EBCA6B), 15)
        expected = (words * np.uint32(0xC2B2AE35)).view(np.int32) / 2.0**31
        noise = white_noise(torch.tensor([seed], dtype=torch.int32), (3, 5, 7))
        np.testing.assert_allclose(noise.flatten(), expected, atol=2e-7)


def test_noise_of_a_sample_follows_its_own_seed():
    content = images(6, 12, 15)
    made, drawn = run(Noise(), content)
    rows = torch.tensor([5, 0, 2])
    some = Parameters({name: value[rows] for name, value in drawn.host.items()})
    assert torch.equal(Noise().content(content[rows], some), made[rows])


@pytest.mark.parametrize("tiles", [2, 3, 4, 7])
@pytest.mark.parametrize("size", [*SIZES, (7, 7), (29, 13)])
def test_tiles_are_shown_in_their_order_and_gaps_stay(tiles, size):
    content = images(6, *size)
    made, drawn = run(Permute("shuffle", tiles), content)
    sides = [length // tiles for length in size]
    starts = [
        [number * ((length - side) // (tiles - 1)) for number in range(tiles)]
        for length, side in zip(size, sides, strict=True)
    ]
    corners = [(down, across) for down in starts[0] for across in starts[1]]
    expected = content.clone()
    for sample, order in enumerate(drawn["order"].tolist()):
        assert sorted(order) == list(range(tiles**2))
        for (down, across), shown in zip(corners, order, strict=True):
            top, left = corners[shown]
            tile = content[sample, :, top : top + sides[0], left : left + sides[1]]
            expected[sample, :, down : down + sides[0], across : across + sides[1]] = tile
    assert torch.equal(made, expected)


def test_tiles_are_never_in_their_own_order(monkeypatch):
    sort = torch.arange(9.0).double()
    monkeypatch.setattr(torch, "rand", lambda *size, **_: sort.expand(size))
    order = Permute("shuffle", 3).draw(torch.zeros(2, 4), (9, 9), seeded())["order"]
    assert order.tolist() == [[8, 0, 1, 2, 3, 4, 5, 6, 7]] * 2


def test_every_tile_is_shown_everywhere_equally_often():
    order = Permute("shuffle", 3).draw(torch.zeros(9000, 4), (9, 9), seeded())["order"]
    for place in order.unbind(1):
        torch.testing.assert_close(
            torch.bincount(place, minlength=9) / 9000, torch.full((9,), 1 / 9), atol=0.02, rtol=0
        )


@pytest.mark.parametrize("size", [(2, 9), (9, 2), (1, 1)])
def test_images_of_fewer_pixels_than_tiles_stay(size):
    content = images(3, *size)
    assert torch.equal(run(Permute("shuffle", 3), content)[0], content)


def test_jitter_equals_kornias_module_in_any_order_of_its_steps():
    content = 0.4 + 0.2 * images(6, 14, 17)
    module = ColorJitter((0.8, 1.2), (0.8, 1.2), (0.8, 1.2), 0.0, p=1.0)
    with torch.random.fork_rng():
        for seed in range(4):
            torch.manual_seed(seed)
            theirs = module(content)
            factors = {
                name: module._params[f"{name}_factor"] for name in ("brightness", "contrast", "saturation")
            }
            drawn = Parameters({**factors, "hue": torch.zeros(6)})
            torch.testing.assert_close(ColourJitter().content(content, drawn), theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Resized(mean=float("nan")), "mean must be finite"),
        (lambda: Resized(deviation=-1.0), "deviation must be at least 0"),
        (lambda: Resized(limits=(0.0, 1.0)), "limits must be two scales"),
        (lambda: Resized(angle=(2.0, 1.0)), "angle must be two numbers of degrees"),
        (lambda: Resized(mirror=2.0), r"mirror must be in \[0, 1\]"),
        (lambda: Constant((0.5, 1.5)), "value must be two numbers"),
        (lambda: Noise((0.2, 0.1)), "strength must be two numbers"),
        (lambda: Noise(distribution="pink"), "distribution must be one of gaussian, uniform"),
        (lambda: BrightnessShift((0.0, 0.1)), "change must be two numbers"),
        (lambda: Tint(0.0), r"change must be a number in \(0, 1\], got 0.0"),
        (lambda: BrightnessShift(direction="up"), "direction must be one of lighter, darker, either"),
        (lambda: Permute("shuffle", 1), "tiles must be at least 2"),
        (lambda: Permute("cutperm", 3), "2 for 'cutperm', got 3"),
    ],
)
def test_wrong_options_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
