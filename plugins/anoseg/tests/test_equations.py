"""Each equation against the arithmetic that the paper prints."""

import numpy as np
import pytest
import torch
from sat_anoseg.equations import (
    adversarial_loss,
    classification_loss,
    deceiving_loss,
    feature_loss,
    image_score,
    pair,
    reconstruction_loss,
    segmentation_loss,
)

RANDOM = np.random.default_rng(0)


def drawn(*shape):
    return RANDOM.random(shape)


def tensor(values):
    return torch.from_numpy(np.asarray(values)).float()


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def assert_is(value, expected):
    torch.testing.assert_close(value, tensor(expected), atol=1e-5, rtol=1e-5)


def test_equation_2_is_a_mean_over_pixels():
    a, a_hat = drawn(2, 1, 4, 5), drawn(2, 1, 4, 5)
    assert_is(segmentation_loss(tensor(a), tensor(a_hat)), np.abs(a - a_hat).sum() / 40)
    assert_is(segmentation_loss(tensor(a), tensor(a_hat), "l2"), ((a - a_hat) ** 2).sum() / 40)


def test_cross_entropy_keeps_the_gradient_of_a_confident_mistake():
    a, a_hat = drawn(2, 1, 4, 5), drawn(2, 1, 4, 5)
    entropy = -(a * np.log(a_hat) + (1 - a) * np.log(1 - a_hat)).mean()
    assert_is(segmentation_loss(tensor(a), tensor(a_hat), "cross-entropy"), entropy)
    gradients = {}
    for kind in ("l2", "cross-entropy"):
        logit = torch.full((1,), 8.0, requires_grad=True)
        segmentation_loss(torch.zeros(1), logit.sigmoid(), kind).backward()
        gradients[kind] = logit.grad.item()
    assert gradients["l2"] < 1e-3
    assert gradients["cross-entropy"] == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_cross_entropy_is_finite_where_a_map_is_certain(certain):
    a_hat = torch.full((3,), certain, requires_grad=True)
    loss = segmentation_loss(torch.tensor([0.0, 1.0, 0.5]), a_hat, "cross-entropy")
    loss.backward()
    assert loss.isfinite()
    assert a_hat.grad.isfinite().all()


def test_equation_3_as_each_side_minimises_it():
    real, fake = drawn(5) * 6 - 3, drawn(7) * 6 - 3
    value = np.log(sigmoid(real)).mean() + np.log(1 - sigmoid(fake)).mean()
    assert_is(adversarial_loss(tensor(real), tensor(fake)), -value)
    assert_is(deceiving_loss(tensor(fake)), -np.log(sigmoid(fake)).mean())


def test_the_generator_and_the_discriminator_pull_apart():
    fake = torch.zeros(1, requires_grad=True)
    (up,) = torch.autograd.grad(deceiving_loss(fake), fake)
    (down,) = torch.autograd.grad(adversarial_loss(torch.zeros(1), fake), fake)
    assert up < 0 < down


def test_sure_judgements_stay_finite():
    sure = torch.tensor([80.0, -80.0])
    for loss in (adversarial_loss(sure, sure), deceiving_loss(sure), classification_loss(sure, sure)):
        assert torch.isfinite(loss)


def test_equation_4_counts_normal_pixels_alone():
    x, x_hat = drawn(2, 3, 4, 5), drawn(2, 3, 4, 5)
    a = (drawn(2, 1, 4, 5) > 0.4).astype(float)
    a[1, :, :3] = 0  # the two images have different shares, so that a mean of ratios would be another number
    top = np.abs(x * a - x_hat * a).sum()
    bottom = np.broadcast_to(a, x.shape).sum()
    assert_is(reconstruction_loss(tensor(x), tensor(x_hat), tensor(a)), top / bottom)
    everywhere = reconstruction_loss(tensor(x), tensor(x_hat), torch.ones(2, 1, 4, 5))
    assert_is(everywhere, np.abs(x - x_hat).mean())


def test_equation_4_is_zero_where_all_is_defect():
    x_hat = tensor(drawn(2, 3, 4, 5)).requires_grad_()
    loss = reconstruction_loss(tensor(drawn(2, 3, 4, 5)), x_hat, torch.zeros(2, 1, 4, 5))
    loss.backward()
    assert loss == 0
    assert not x_hat.grad.any()


def test_defects_have_no_gradient_in_equation_4():
    a = torch.ones(1, 1, 4, 4)
    a[..., :2] = 0
    x_hat = torch.rand(1, 3, 4, 4, requires_grad=True)
    reconstruction_loss(torch.zeros(1, 3, 4, 4), x_hat, a).backward()
    assert not x_hat.grad[..., :2].any()
    assert x_hat.grad[..., 2:].all()


def test_the_classification_loss():
    real, synthetic = drawn(4) * 4 - 2, drawn(6) * 4 - 2
    value = np.log(1 - sigmoid(synthetic)).mean() + np.log(sigmoid(real)).mean()
    assert_is(classification_loss(tensor(real), tensor(synthetic)), -value)


def test_the_feature_loss_is_a_mean_of_norms():
    real, fake = drawn(3, 2, 2, 2), drawn(3, 2, 2, 2)
    norms = [np.sqrt(((real[row] - fake[row]) ** 2).sum()) for row in range(3)]
    assert_is(feature_loss(tensor(real), tensor(fake)), np.mean(norms))


def test_equation_5_scores_each_image():
    real, fake = drawn(3, 4, 2, 2), drawn(3, 4, 2, 2)
    x, x_hat = drawn(3, 3, 4, 4), drawn(3, 3, 4, 4)
    expected = [
        ((real[row] - fake[row]) ** 2).mean() + 0.1 * ((x[row] - x_hat[row]) ** 2).mean() for row in range(3)
    ]
    given = [tensor(values) for values in (real, fake, x, x_hat)]
    assert_is(image_score(*given), expected)
    assert_is(
        image_score(*given, alpha=0.0, beta=2.0),
        [2 * ((x[row] - x_hat[row]) ** 2).mean() for row in range(3)],
    )
    assert not image_score(given[0], given[0], given[2], given[2]).any()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_losses_of_half_precision_are_computed_in_full(dtype):
    x, x_hat, a = (torch.rand(2, 3, 64, 64).to(dtype) for _ in range(3))
    for loss in (segmentation_loss(a, x), reconstruction_loss(x, x_hat, a[:, :1]), feature_loss(x, x_hat)):
        assert loss.dtype == torch.float32
        assert torch.isfinite(loss)


def test_pairs_join_channels():
    images, maps = torch.rand(2, 3, 4, 4), torch.rand(2, 1, 4, 4)
    assert torch.equal(pair(images, maps), torch.cat([images, maps], dim=1))
    assert pair(images, None) is images
    assert pair(images.bfloat16(), maps).dtype == torch.bfloat16
