"""Curved lines and spots: smooth noise inside an ellipse."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.stats import kstest
from torch.nn import functional as F

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import CurvedLine, NoiseBlob
from synth_anomaly.synthesizers.cubic import cubic_weights

SHAPES = (CurvedLine(), NoiseBlob())
SIZES = [(64, 64), (45, 80), (640, 96), (7, 2), (1, 1)]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def made(shape, count, size, seed=0, **drawn):
    """Return masks ``(count, H, W)`` and what was drawn, some of it replaced."""
    parameters = Parameters(shape.draw(count, size, seeded(seed)).host | drawn)
    return shape.masks(parameters, size)[:, 0], parameters


def test_the_interpolation_is_torchs_where_its_coefficient_is_ours():
    # torch's bicubic takes a = -0.75, except where it smooths, which does not smooth a larger image
    lattice = torch.rand(3, 1, 13, 13, generator=seeded())
    weights, _ = cubic_weights((torch.arange(39) + 0.5) / 3 - 6.5, 13)
    ours = weights @ lattice[:, 0] @ weights.mT
    theirs = F.interpolate(lattice, scale_factor=3, mode="bicubic", antialias=True)[:, 0]
    torch.testing.assert_close(ours[:, 6:-6, 6:-6], theirs[:, 6:-6, 6:-6], atol=1e-5, rtol=0)


def test_weights_sum_to_1_and_slopes_are_their_derivatives():
    places = torch.linspace(-3, 3, 601, dtype=torch.float64)
    weights, slopes = cubic_weights(places, 11)
    torch.testing.assert_close(weights.sum(1), torch.ones_like(places))
    differences = torch.from_numpy(np.gradient(weights.numpy(), 0.01, axis=0))
    torch.testing.assert_close(slopes[1:-1], differences[1:-1], atol=0.03, rtol=0)
    at_points, _ = cubic_weights(torch.arange(-3.0, 4.0), 11)
    assert torch.equal(at_points, torch.eye(11)[2:9])


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
@pytest.mark.parametrize("size", SIZES)
def test_masks_lie_in_their_boxes_and_are_never_empty(shape, size):
    for seed in range(6):
        masks, drawn = made(shape, 16, size, seed)
        assert set(masks.unique().tolist()) <= {0.0, 1.0}
        for mask, (top, left, height, width), (row, column) in zip(
            masks, drawn["box"].tolist(), drawn["centre"].tolist(), strict=True
        ):
            assert mask[row, column] == 1
            assert mask[top : top + height, left : left + width].sum() == mask.sum()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_boxes_hold_the_ellipse_and_little_more(shape):
    size, middle = (300, 280), torch.tensor([[150, 140]]).repeat(40, 1)
    drawn = shape.draw(40, size, seeded())
    rows, columns = np.mgrid[: size[0], : size[1]] - np.array([150, 140])[:, None, None]
    for number in range(40):
        angle, (first, second) = float(drawn["angle"][number]), drawn["axes"][number].tolist()
        along = rows * np.cos(angle) + columns * np.sin(angle)
        beside = columns * np.cos(angle) - rows * np.sin(angle)
        inside = (along / first) ** 2 + (beside / second) ** 2 <= 1
        (top, left, height, width), centre = drawn["box"][number].tolist(), drawn["centre"][number].tolist()
        down, across = (np.abs(places[inside]).max() for places in (rows, columns))
        assert height <= 2 * down + 3
        assert width <= 2 * across + 3
        assert top <= max(centre[0] - down, 0)
        assert left <= max(centre[1] - across, 0)
    masks, drawn = made(shape, 40, size, centre=middle, box=torch.tensor([[0, 0, *size]]).repeat(40, 1))
    far = torch.from_numpy(np.hypot(rows, columns)) > drawn["axes"].amax(1)[:, None, None] + 1e-3
    assert not masks[far].any()


def test_lengths_are_shares_of_the_shorter_side_and_sizes_even_in_their_logarithm():
    shape = CurvedLine()
    drawn = shape.draw(4000, (640, 300), seeded())
    share = (drawn["axes"] / 300).log() - np.log(0.07)
    assert kstest(share.flatten() / np.log(0.33 / 0.07), "uniform").pvalue > 1e-3
    for name, (low, high) in {"width": shape.width, "cell": shape.cell}.items():
        assert kstest((drawn[name] / 300 - low) / (high - low), "uniform").pvalue > 1e-3
    small = shape.draw(50, (32, 40), seeded())["width"]
    assert small.min() >= 0.99


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_a_mask_scales_with_its_image(shape):
    small, drawn = made(shape, 30, (200, 240))
    names = ("axes", "cell", "width") if isinstance(shape, CurvedLine) else ("axes", "cell")
    # pixel (y, x) of the small image lies in the middle of 3 x 3 of the large one
    larger = {name: drawn[name] * 3 for name in names}
    places = {"centre": drawn["centre"] * 3 + 1, "box": drawn["box"] * 3}
    large = shape.masks(Parameters(drawn.host | larger | places), (600, 720))
    assert torch.equal(large[:, 0, 1::3, 1::3], small)
    areas = [made(shape, 300, size)[0].mean().item() for size in ((96, 96), (384, 384))]
    assert areas[0] == pytest.approx(areas[1], rel=0.1)


@pytest.mark.parametrize("width", [3.0, 5.0, 9.0])
def test_lines_have_the_width_that_was_drawn(width):
    shape, size = CurvedLine(cell=(0.3, 0.67)), (256, 256)
    masks, _ = made(shape, 60, size, width=torch.full((60,), width))
    depths = [ndimage.distance_transform_edt(np.pad(mask.numpy(), 1, mode="edge")) for mask in masks]
    ridges = np.concatenate(
        [depth[(depth == ndimage.maximum_filter(depth, 3)) & (depth > 1)] for depth in depths]
    )
    # a line of width w is at most w / 2 + 1/2 deep, to the middle of the first pixel outside
    assert np.median(ridges) == pytest.approx(width / 2 + 0.25, abs=0.6)
    assert np.quantile(ridges, 0.95) <= width / 2 + 1.5
    assert np.quantile(ridges, 0.99) <= width + 1


def test_thinnest_lines_do_not_break_up():
    shape, size = CurvedLine((0.3, 0.3), (0.6, 0.67), (1e-6, 1e-6)), (128, 128)
    masks, drawn = made(shape, 40, size)
    assert (drawn["width"] == 1).all()
    pieces = [ndimage.label(mask.numpy(), np.ones((3, 3)))[1] for mask in masks]
    assert np.mean(pieces) < 2.5
    assert masks.sum(dim=(1, 2)).median() > 30


def test_noise_has_variance_1_and_a_higher_threshold_takes_less():
    shape = NoiseBlob((0.2, 0.2), (0.05, 0.05))
    shares = [
        made(shape, 300, (100, 100), threshold=torch.full((300,), threshold))[0].mean()
        for threshold in (-9.0, 0.0, 1.0)
    ]
    # the middle is always part of it, so somewhat more than a normal distribution's half
    assert 0.5 < shares[1] / shares[0] < 0.6
    assert 0.14 < shares[2] / shares[0] < 0.24
    assert shares[0] > shares[1] > shares[2] > 0


def test_small_cells_make_many_specks_and_large_ones_a_stain():
    few, many = (
        np.mean(
            [
                ndimage.label(mask.numpy())[1]
                for mask in made(NoiseBlob((0.2, 0.2), (cell, cell), (0.8, 0.8)), 30, (200, 200))[0]
            ]
        )
        for cell in (0.2, 0.025)
    )
    assert few < 3
    assert many > 10


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
def test_a_sample_depends_on_its_own_parameters_alone(shape):
    masks, drawn = made(shape, 6, (80, 60))
    for chosen in ([3], [5, 0, 2]):
        part = Parameters({name: value[chosen] for name, value in drawn.host.items()})
        assert torch.equal(shape.masks(part, (80, 60))[:, 0], masks[chosen])


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        (CurvedLine, {"width": (0.0, 0.1)}, "width must be two shares"),
        (CurvedLine, {"half_axes": (0.2, 0.1)}, "half_axes must be two shares"),
        (CurvedLine, {"cell": (0.001, 0.1)}, "cell must be two shares .* 0.01031 <= low"),
        (NoiseBlob, {"half_axes": (0.1, 1.1)}, "half_axes must be two shares"),
        (NoiseBlob, {"cell": (0.2, 0.1)}, "cell must be two shares"),
        (NoiseBlob, {"threshold": (1.0, 0.0)}, "threshold must be two numbers"),
    ],
)
def test_wrong_options_are_refused(shape, options, message):
    with pytest.raises(ValueError, match=message):
        shape(**options)
