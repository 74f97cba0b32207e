import numpy as np
import pytest
import torch
from scipy.ndimage import uniform_filter
from skimage.metrics import structural_similarity

from synth_anomaly import Outputs
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.scorers import BoxSmoothed, box_smoothed, difference_map


@pytest.fixture
def pair():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(2, 3, 32, 40, generator=generator)
    return images, (images + 0.2 * torch.randn(images.shape, generator=generator)).clamp(0, 1)


def test_the_squared_difference_is_a_mean_over_colours(pair):
    images, reconstruction = (part.numpy().astype(np.float64) for part in pair)
    expected = np.square(images - reconstruction).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(difference_map(*pair).numpy(), expected, rtol=1e-4, atol=1e-7)


def test_the_structural_difference_is_that_of_scikit_image(pair):
    got = difference_map(*pair, "ssim").numpy()[:, 0]
    for row, (image, other) in enumerate(
        zip(*(part.permute(0, 2, 3, 1).double().numpy() for part in pair), strict=True)
    ):
        _, similarity = structural_similarity(
            image, other, channel_axis=2, data_range=1.0, gaussian_weights=True, sigma=1.5, win_size=11,
            use_sample_covariance=False, full=True,
        )  # fmt: skip
        inner = slice(5, -5)
        expected = 1 - similarity.mean(axis=2)
        np.testing.assert_allclose(got[row, inner, inner], expected[inner, inner], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("difference", ["squared", "ssim"])
def test_equal_images_do_not_differ(pair, difference):
    images, _ = pair
    maps = difference_map(images, images, difference)
    assert maps.min() >= 0
    assert maps.max() < 1e-5


@pytest.mark.parametrize(("repeats", "window"), [(0, 5), (1, 5), (3, 3)])
def test_smoothing_repeats_a_box_filter(repeats, window):
    maps = torch.rand(2, 1, 24, 30, generator=torch.Generator().manual_seed(0))
    expected = maps.numpy().astype(np.float64)
    for _ in range(repeats):
        expected = uniform_filter(expected, (0, 0, window, window))
    inner = slice(repeats * (window // 2), -(repeats * (window // 2)) or None)
    got = box_smoothed(maps, repeats, window).numpy()
    np.testing.assert_allclose(got[..., inner, inner], expected[..., inner, inner], rtol=1e-5)


def test_smoothing_keeps_an_even_map_even_up_to_its_border():
    torch.testing.assert_close(box_smoothed(torch.ones(1, 1, 9, 7), 3, 5), torch.ones(1, 1, 9, 7))


@pytest.mark.parametrize("difference", ["squared", "ssim"])
def test_the_score_is_the_sum_of_the_map(pair, difference):
    images, reconstruction = pair
    prediction = BoxSmoothed(difference, 2, 5)(Outputs(reconstruction=reconstruction), images)
    expected = box_smoothed(difference_map(images, reconstruction, difference), 2, 5)
    assert torch.equal(prediction.maps, expected)
    torch.testing.assert_close(prediction.scores, expected.sum(dim=(1, 2, 3)))
    assert prediction.reconstruction is reconstruction


def test_mistakes_are_said():
    with pytest.raises(OptionError, match="window takes an odd number"):
        BoxSmoothed(window=4)
    with pytest.raises(OptionError, match="repeats must be at least 0"):
        BoxSmoothed(repeats=-1)
    with pytest.raises(ComponentError, match=r"BoxSmoothed needs outputs\.reconstruction"):
        BoxSmoothed()(Outputs(logits=torch.zeros(1, 1, 8, 8)), torch.zeros(1, 3, 8, 8))


def test_it_is_registered():
    made = catalogue().build("scorer", {"name": "box-smoothed", "difference": "ssim", "window": 5})
    assert catalogue().describe("scorer", made) == {
        "name": "box-smoothed", "difference": "ssim", "repeats": 2, "window": 5
    }  # fmt: skip
