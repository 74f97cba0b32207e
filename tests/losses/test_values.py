"""Each loss against plain arithmetic or a second implementation."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from kornia.losses import binary_focal_loss_with_logits
from torch.nn import functional as F

from synth_anomaly.errors import DataError
from synth_anomaly.losses import (
    focal,
    l2,
    masked_l1,
    segmentation_l1,
    segmentation_l2,
    ssim_loss,
    ssim_map,
)


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    clean = torch.rand(2, 3, 24, 20, generator=generator)
    noise = torch.randn(2, 3, 24, 20, generator=generator)
    return clean, (clean + 0.2 * noise).clamp(0, 1)


@pytest.fixture
def masks():
    return (torch.rand(2, 1, 24, 20, generator=torch.Generator().manual_seed(1)) < 0.25).float()


def test_masked_l1_is_the_mean_over_normal_pixels(images, masks):
    clean, reconstruction = images
    normal = masks.expand_as(clean) == 0
    expected = (clean - reconstruction)[normal].abs().mean()
    torch.testing.assert_close(masked_l1(reconstruction, clean, masks), expected)
    torch.testing.assert_close(masked_l1(reconstruction, clean, 0 * masks), F.l1_loss(reconstruction, clean))
    assert masked_l1(reconstruction, clean, torch.ones_like(masks)) == 0


def test_masked_l1_is_equation_4_as_printed(images, masks):
    clean, reconstruction = (image.numpy() for image in images)
    normal = 1 - masks.numpy()
    printed = np.abs(clean * normal - reconstruction * normal).sum() / (3 * normal.sum())
    assert masked_l1(*reversed(images), masks).item() == pytest.approx(printed, rel=1e-5)


@given(inside=st.floats(-10, 10), outside=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_masked_l1_does_not_see_defects(inside, outside):
    clean = torch.zeros(1, 3, 4, 4)
    masks = torch.zeros(1, 1, 4, 4)
    masks[..., :2] = 1
    reconstruction = torch.where(masks > 0, inside, outside).expand_as(clean)
    assert masked_l1(reconstruction, clean, masks).item() == pytest.approx(outside, abs=1e-6)


def test_segmentation_losses_are_those_of_the_sigmoid(masks):
    logits = torch.randn(masks.shape, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(segmentation_l1(logits, masks), F.l1_loss(logits.sigmoid(), masks))
    torch.testing.assert_close(segmentation_l2(logits, masks), F.mse_loss(logits.sigmoid(), masks))


def test_l2_is_the_mean_squared_error(images):
    torch.testing.assert_close(l2(*images), F.mse_loss(*images))


def test_focal_without_focus_is_cross_entropy(masks):
    logits = 5 * torch.randn(masks.shape, generator=torch.Generator().manual_seed(3))
    soft = (masks + 0.1).clamp(max=0.9)
    for target in (masks, soft):
        expected = F.binary_cross_entropy_with_logits(logits, target)
        torch.testing.assert_close(focal(logits, target, gamma=0.0), expected)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_focal_is_kornias(masks, gamma):
    logits = 3 * torch.randn(masks.shape, generator=torch.Generator().manual_seed(4))
    expected = binary_focal_loss_with_logits(logits, masks, alpha=0.25, gamma=gamma, reduction="mean")
    torch.testing.assert_close(focal(logits, masks, gamma, 0.25), expected)


def test_focal_is_the_printed_formula(masks):
    logits = torch.randn(masks.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    right = torch.where(masks > 0, logits.sigmoid(), 1 - logits.sigmoid())
    expected = (-((1 - right) ** 2) * right.log()).mean()
    torch.testing.assert_close(focal(logits, masks), expected.float())


def test_ssim_is_scikit_images(images):
    from skimage.metrics import structural_similarity

    first, second = images
    similarity = ssim_map(first, second)
    for ours, one, other in zip(similarity, first, second, strict=True):
        _, expected = structural_similarity(
            one.numpy(),
            other.numpy(),
            data_range=1.0,
            channel_axis=0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            full=True,
        )
        # Away from the borders, where scikit-image repeats the outermost pixel and Kornia does not.
        inner = (slice(None), slice(5, -5), slice(5, -5))
        np.testing.assert_allclose(ours.numpy()[inner], expected[inner], atol=1e-5)


def test_ssim_of_an_image_with_itself_and_with_its_negative(images):
    clean, other = images
    assert ssim_loss(clean, clean).item() == pytest.approx(0, abs=1e-5)
    assert 0 < ssim_loss(other, clean) < ssim_loss(1 - clean, clean) <= 2
    torch.testing.assert_close(ssim_loss(other, clean), ssim_loss(clean, other))
    assert ssim_map(clean, other).shape == clean.shape


def test_ssim_of_flat_images_is_finite():
    black = torch.zeros(1, 3, 16, 16, requires_grad=True)
    value = ssim_loss(black, torch.zeros(1, 3, 16, 16))
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-6)
    assert black.grad.isfinite().all()


def test_ssim_of_images_smaller_than_half_its_window_is_refused():
    with pytest.raises(DataError, match="at least 6 pixels, got 5"):
        ssim_map(torch.zeros(1, 3, 5, 9), torch.zeros(1, 3, 5, 9))
