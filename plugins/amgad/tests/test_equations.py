"""Each equation against the arithmetic that the paper prints."""

import numpy as np
import pytest
import torch
from sat_amgad.equations import (
    abnormality,
    adversarial_loss,
    attention_loss,
    concat,
    deceiving_loss,
    divergence,
    gated,
    negative_log_likelihood,
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


def test_equations_1_and_2_as_each_side_minimises_them():
    real, fake = drawn(5) * 6 - 3, drawn(7) * 6 - 3
    value = np.log(1 - sigmoid(fake)).mean() + np.log(sigmoid(real)).mean()
    assert_is(adversarial_loss(tensor(real), tensor(fake)), -value)
    assert_is(deceiving_loss(tensor(fake)), -np.log(sigmoid(fake)).mean())


def test_the_generator_and_the_discriminator_pull_apart():
    fake = torch.zeros(1, requires_grad=True)
    (up,) = torch.autograd.grad(deceiving_loss(fake), fake)
    (down,) = torch.autograd.grad(adversarial_loss(torch.zeros(1), fake), fake)
    assert up < 0 < down


def test_equation_3s_likelihood_is_that_of_each_image():
    x, x_re = drawn(3, 3, 4, 5), drawn(3, 3, 4, 5)
    each = -(x * np.log(x_re) + (1 - x) * np.log(1 - x_re))
    assert_is(negative_log_likelihood(tensor(x), tensor(x_re)), each.mean(axis=(1, 2, 3)))


def test_equation_3s_likelihood_is_best_at_the_image_itself_and_always_finite():
    x = tensor(drawn(2, 3, 4, 4))
    best = negative_log_likelihood(x, x)
    for other in (1 - x, x.square(), torch.zeros_like(x), torch.ones_like(x)):
        worse = negative_log_likelihood(x, other)
        assert torch.isfinite(worse).all()
        assert (worse > best).all()


def test_equation_3s_divergence_is_the_integral():
    """KL(q || p) for a one-dimensional latent, by summing q log(q / p) over a fine grid."""
    mean, log_variance = 0.7, -0.9
    z = np.linspace(-12, 12, 200_001)
    q = np.exp(-((z - mean) ** 2) / (2 * np.exp(log_variance))) / np.sqrt(2 * np.pi * np.exp(log_variance))
    log_p = -(z**2) / 2 - np.log(2 * np.pi) / 2
    kl = (q * (np.log(np.maximum(q, 1e-300)) - log_p)).sum() * (z[1] - z[0])
    latent = torch.full((2, 3, 2, 2), mean), torch.full((2, 3, 2, 2), log_variance)
    assert_is(divergence(*latent, values=48), 12 * kl / 48)
    assert divergence(torch.zeros(1, 4, 1, 1), torch.zeros(1, 4, 1, 1), 3) == 0


def test_equation_4_is_the_sum_of_two_means():
    nor, nor_true, ano, ano_true = (
        drawn(2, 1, 4, 5),
        np.ones((2, 1, 4, 5)),
        drawn(3, 1, 4, 5),
        drawn(3, 1, 4, 5),
    )
    given = [tensor(values) for values in (nor, nor_true, ano, ano_true)]
    expected = ((nor - nor_true) ** 2).sum() / 40 + ((ano - ano_true) ** 2).sum() / 60
    assert_is(attention_loss(*given), expected)
    entropy = -np.log(nor).mean() - (ano_true * np.log(ano) + (1 - ano_true) * np.log(1 - ano)).mean()
    assert_is(attention_loss(*given, norm="cross-entropy"), entropy)
    assert attention_loss(given[1], given[1], given[3], given[3]) == 0


def test_cross_entropy_keeps_the_gradient_of_a_confident_mistake():
    gradients = {}
    for norm in ("l2", "cross-entropy"):
        logit = torch.full((1, 1, 1, 1), 8.0, requires_grad=True)
        nothing = torch.ones(1, 1, 1, 1)
        attention_loss(nothing, nothing, logit.sigmoid(), 0 * nothing, norm).backward()
        gradients[norm] = logit.grad.item()
    assert gradients["l2"] < 1e-3
    assert gradients["cross-entropy"] == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_cross_entropy_is_finite_where_a_map_is_certain(certain):
    maps = torch.full((1, 1, 2, 2), certain, requires_grad=True)
    loss = attention_loss(maps, torch.ones(1, 1, 2, 2), maps, torch.zeros(1, 1, 2, 2), "cross-entropy")
    loss.backward()
    assert loss.isfinite()
    assert maps.grad.isfinite().all()


def test_equation_6_multiplies_by_the_mean_of_what_a_feature_covers():
    f_img, a_gen = drawn(2, 3, 2, 2), drawn(2, 1, 8, 8)
    covered = a_gen.reshape(2, 1, 2, 4, 2, 4).mean(axis=(3, 5))
    assert_is(gated(tensor(f_img), tensor(a_gen)), f_img * covered)


def test_a_gate_is_open_shut_and_in_the_features_precision():
    f_img = torch.randn(1, 3, 4, 4)
    assert torch.equal(gated(f_img, torch.ones(1, 1, 16, 16)), f_img)
    assert not gated(f_img, torch.zeros(1, 1, 16, 16)).any()
    assert gated(f_img.bfloat16(), torch.ones(1, 1, 16, 16)).dtype == torch.bfloat16
    assert gated(torch.randn(1, 3, 5, 4), torch.rand(1, 1, 18, 13)).shape == (1, 3, 5, 4)


def test_the_score_is_the_log_odds_of_1_less_the_judgement():
    logits = torch.tensor([-30.0, -3.0, 0.0, 2.0, 40.0])
    expected = 1 - logits.double().sigmoid()
    torch.testing.assert_close(abnormality(logits).double().sigmoid(), expected, atol=1e-15, rtol=1e-7)
    assert abnormality(logits.bfloat16()).dtype == torch.float32


@pytest.mark.parametrize("around", [-80.0, -30.0, -17.0, -1.0, 1e-6, 3.0, 17.0, 100.0])
def test_scores_differ_wherever_logits_do(around):
    logits = [torch.tensor(around)]
    for _ in range(5):
        logits.append(torch.nextafter(logits[-1], torch.tensor(torch.inf)))
    scores = abnormality(torch.stack(logits))
    assert torch.isfinite(scores).all()
    assert (scores.diff() < 0).all()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_losses_of_half_precision_are_computed_in_full(dtype):
    x, x_re, a = (torch.rand(2, 3, 64, 64).to(dtype) for _ in range(3))
    losses = (
        negative_log_likelihood(x, x_re).mean(),
        divergence(x, x_re, 3 * 64 * 64),
        attention_loss(a, x, x_re, a),
        adversarial_loss(x[0, 0, 0], x[0, 0, 1]),
    )
    for loss in losses:
        assert loss.dtype == torch.float32
        assert torch.isfinite(loss)


def test_pairs_join_channels():
    images, attention = torch.rand(2, 3, 4, 4), torch.rand(2, 1, 4, 4)
    assert torch.equal(concat(images, attention), torch.cat([images, attention], dim=1))
    assert concat(images.bfloat16(), attention).dtype == torch.bfloat16
