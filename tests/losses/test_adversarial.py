from math import log

import pytest
import torch
from torch.nn import functional as F

from synth_anomaly.losses import (
    discriminator_loss,
    feature_distance,
    feature_matching_loss,
    generator_loss,
    kl_to_standard_normal,
)

REAL, FAKE = torch.tensor([2.0, -1.0, 0.5]), torch.tensor([-3.0, 0.25])


def test_the_discriminators_loss_is_cross_entropy_on_both_sides():
    expected = F.binary_cross_entropy_with_logits(REAL, torch.ones(3))
    expected = expected + F.binary_cross_entropy_with_logits(FAKE, torch.zeros(2))
    torch.testing.assert_close(discriminator_loss(REAL, FAKE), expected)


def test_the_losses_are_the_printed_expectations():
    real, fake = REAL.sigmoid(), FAKE.sigmoid()
    torch.testing.assert_close(-discriminator_loss(REAL, FAKE), real.log().mean() + (1 - fake).log().mean())
    torch.testing.assert_close(generator_loss(FAKE), -fake.log().mean())
    torch.testing.assert_close(generator_loss(FAKE, saturating=True), (1 - fake).log().mean())


def test_a_judge_that_cannot_tell():
    assert discriminator_loss(torch.zeros(2), torch.zeros(2)).item() == pytest.approx(2 * log(2))


def test_the_two_sides_want_the_opposite():
    better_fakes = FAKE + 1
    assert discriminator_loss(REAL, better_fakes) > discriminator_loss(REAL, FAKE)
    for saturating in (False, True):
        assert generator_loss(better_fakes, saturating) < generator_loss(FAKE, saturating)


@pytest.mark.parametrize("logit", [-1e4, 1e4])
def test_certain_judges_leave_finite_gradients(logit):
    logits = torch.full((2,), logit, requires_grad=True)
    value = discriminator_loss(logits, logits) + generator_loss(logits) + generator_loss(logits, True)
    value.backward()
    assert value.isfinite()
    assert logits.grad.isfinite().all()


def test_only_the_saturating_loss_stops_teaching_a_generator_that_loses():
    grads = []
    for saturating in (False, True):
        logits = torch.full((1,), -20.0, requires_grad=True)
        generator_loss(logits, saturating).backward()
        grads.append(logits.grad.abs().item())
    assert grads[0] == pytest.approx(1)
    assert grads[1] < 1e-8


def test_losses_are_float32_under_autocast():
    half = REAL.bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        values = [
            discriminator_loss(half, half),
            generator_loss(half),
            feature_matching_loss(half[:, None], 2 * half[:, None]),
            feature_distance(half[:, None], 2 * half[:, None]),
        ]
    assert {value.dtype for value in values} == {torch.float32}


def test_feature_matching_is_the_mean_norm_and_the_distance_the_mean_square():
    real, fake = torch.randn(2, 4, 8, 2, 2, generator=torch.Generator().manual_seed(0))
    difference = (real - fake).flatten(1)
    torch.testing.assert_close(feature_matching_loss(real, fake), difference.norm(dim=1).mean())
    torch.testing.assert_close(feature_distance(real, fake), difference.square().mean(dim=1))
    assert feature_distance(real, fake).shape == (4,)
    one_by_one = torch.cat([feature_distance(real[i : i + 1], fake[i : i + 1]) for i in range(4)])
    torch.testing.assert_close(feature_distance(real, fake), one_by_one)


def test_equal_features_have_no_distance_and_a_finite_gradient():
    features = torch.rand(2, 4, requires_grad=True)
    value = feature_matching_loss(features, features.detach())
    value.backward()
    assert value == 0
    assert features.grad.isfinite().all()


def test_the_divergence_is_torchs():
    generator = torch.Generator().manual_seed(0)
    mean, log_variance = (torch.randn(3, 4, 2, 5, generator=generator) for _ in range(2))
    latent = torch.distributions.Normal(mean, (log_variance / 2).exp())
    expected = torch.distributions.kl_divergence(latent, torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(kl_to_standard_normal(mean, log_variance), expected.sum(dim=(1, 2, 3)))


def test_the_divergence_is_least_at_the_standard_normal():
    zeros = torch.zeros(2, 3)
    assert torch.equal(kl_to_standard_normal(zeros, zeros), torch.zeros(2))
    for mean, log_variance in ((zeros + 0.1, zeros), (zeros, zeros + 0.1), (zeros, zeros - 0.1)):
        assert (kl_to_standard_normal(mean, log_variance) > 0).all()
    half = torch.full((2, 30_000), 1.5, dtype=torch.float16)
    assert torch.isfinite(kl_to_standard_normal(half, half)).all()
