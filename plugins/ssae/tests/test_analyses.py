"""The paper's figures 8 and 9 as numbers."""

import numpy as np
import pytest
import torch
from sat_ssae.images import TrainedRun
from sat_ssae.moments import measure_moments, moments_of
from sat_ssae.orthogonality import measure_orthogonality, nearest, patch_sides, swap_patches

from synth_anomaly.data import load_images
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample


class Images:
    """A data set of given images."""

    name, category = "given", "images"

    def __init__(self, images):
        self.images = images

    def train(self):
        return [
            Sample(name=f"good/{row}", defect="good", read=lambda image=image: image)
            for row, image in enumerate(self.images)
        ]

    def test(self):
        return []


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (4, 24, 24, 3), np.uint8)


def test_moments_are_those_of_all_windows(noise):
    grey = torch.from_numpy(noise).double().mean(dim=3) / 255
    mean, deviation = moments_of(grey, 10)
    windows = np.lib.stride_tricks.sliding_window_view(grey.numpy(), (10, 10), axis=(1, 2))
    np.testing.assert_allclose(mean, windows.mean(axis=(0, 1, 2)), rtol=1e-9)
    np.testing.assert_allclose(deviation, windows.std(axis=(0, 1, 2)), rtol=1e-7)


def test_moments_of_a_data_set(noise):
    measured = measure_moments(Images(noise), side=24, window=10)
    grey = noise.astype(np.float64).mean(axis=3) / 255
    mean, deviation = moments_of(torch.from_numpy(grey), 10)
    np.testing.assert_allclose(measured.mean, mean, rtol=1e-6)
    np.testing.assert_allclose(measured.deviation, deviation, rtol=1e-5)
    np.testing.assert_allclose(measured.line_mean, grey[:, 12].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(measured.line_deviation, grey[:, 12].std(axis=0), rtol=1e-5)
    rows = list(measured.rows())
    assert len(rows) == 1 + 100 + 24


def test_textures_have_flat_moments_and_objects_have_not(noise):
    objects = noise.copy()
    objects[:, 8:16, 8:16] = 255
    flat, uneven = (measure_moments(Images(images), 24, 12).summary() for images in (noise, objects))
    assert flat["mean_spread"] < 0.5 * uneven["mean_spread"]
    assert flat["orthogonal_share"] == pytest.approx(2 * flat["variance"] / (1 + 2 * flat["variance"]))


def test_a_window_larger_than_the_images_is_refused(noise):
    with pytest.raises(DataError, match="expected a window of 1 to 24 pixels, got 25"):
        measure_moments(Images(noise), 24, 25)


def test_patches_come_from_the_other_image_and_have_their_width():
    images, others = torch.zeros(20, 3, 16, 25), torch.ones(20, 3, 16, 25)
    for width, sides in ((0.01, (1, 1)), (0.1, (2, 2)), (0.5, (10, 10)), (0.95, (16, 19))):
        assert patch_sides((16, 25), width) == sides
        made = swap_patches(images, others, sides, torch.Generator().manual_seed(0))
        assert made.flatten(1).sum(dim=1).eq(3 * sides[0] * sides[1]).all()
        rows, columns = (made[0, 0].amax(dim=dim).nonzero() for dim in (1, 0))
        assert (len(rows), len(columns)) == sides
    places = {tuple(image[0].nonzero()[0].tolist()) for image in made}
    assert len(places) > 1


def test_the_nearest_image_by_plain_arithmetic(noise):
    store = load_images(Images(noise).train(), (24, 24))
    asked = torch.rand(5, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    known = noise.transpose(0, 3, 1, 2).astype(np.float64) / 255
    expected = [np.square(known - image.numpy()).sum(axis=(1, 2, 3)).argmin() for image in asked]
    for batch_size in (1, 3, 8):
        assert nearest(asked, store, batch_size).tolist() == expected


class Projects(torch.nn.Module):
    """Returns the nearest of some images: an orthogonal projection; or the image as it is."""

    def __init__(self, known=None):
        super().__init__()
        self.known = known
        self.weight = torch.nn.Parameter(torch.zeros(1))  # says on which device it is

    def forward(self, images):
        if self.known is None:
            return images
        return self.known[torch.cdist(images.flatten(1), self.known.flatten(1)).argmin(dim=1)]


def measured(tiny, noise, network, widths, size=24):
    method = tiny(size=size, validation=0.0)
    method.models["filtering"].network = network
    return measure_orthogonality(TrainedRun(method, Images(noise), "title"), widths, repeats=3)


def test_orthogonality_of_a_projection_and_of_the_identity(tiny, noise):
    known = torch.from_numpy(noise).permute(0, 3, 1, 2).float() / 255
    projection = measured(tiny, noise, Projects(known), (0.2, 0.5, 0.98))
    small, middle, large = projection.found
    assert (small.image, small.reconstruction, small.error_mean) == (1, 1, 0)
    assert (middle.image, middle.reconstruction) == (1, 1)
    # nearly all of another image is nearer to that one
    assert (large.image, large.reconstruction) == (0, 0)
    assert large.error_mean > 0
    identity = measured(tiny, noise, Projects(), (0.2, 0.5, 0.98))
    assert [at.reconstruction for at in identity.found] == [at.image for at in identity.found]
    assert [at.image for at in identity.found] == [at.image for at in projection.found]
    assert 0 < identity.found[0].error_mean < identity.found[1].error_mean
    summary = identity.summary()
    assert summary["image_below_half"] == 1
    assert summary["image_above_half"] == 0


@pytest.mark.parametrize("size", [(24, 24), (16, 40), (48, 24)])
def test_the_width_is_that_of_the_patches_that_were_swapped(tiny, size):
    """Between black and white the error of the identity is what was swapped, whatever the proportions."""
    shown = np.zeros((2, *size, 3), np.uint8)
    shown[1] = 255
    asked, values = (0.05, 0.5, 0.95), 3 * size[0] * size[1]
    found = measured(tiny, shown, Projects(), asked, size=size)
    _, *rows = found.rows()
    for at, width, row in zip(found.found, asked, rows, strict=True):
        swapped = (at.error_mean * values) ** 2 / values
        assert at.width == pytest.approx(swapped**0.5, rel=1e-5)
        assert row[:2] == pytest.approx((at.width, swapped), abs=1e-4)
        if width < 0.6:  # it fits into the shorter side
            assert at.width == pytest.approx(width, abs=0.5 / (size[0] * size[1]) ** 0.5 + 1e-9)
    assert found.summary()["image_above_half"] == found.found[-1].image


def test_orthogonality_needs_two_images(tiny, noise):
    with pytest.raises(DataError, match="expected two training images or more, got 1"):
        measured(tiny, noise[:1], Projects(), (0.5,))
    with pytest.raises(DataError, match=r"expected widths in \(0, 1\)"):
        measured(tiny, noise, Projects(), (1.5,))
