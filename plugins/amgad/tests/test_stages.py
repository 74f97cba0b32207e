"""What each stage shows its networks, and what it makes small."""

import numpy as np
import pytest
import torch
from sat_amgad.adgan import ADGAN
from sat_amgad.attention import Attention
from sat_amgad.averaging import Average
from sat_amgad.networks import Generated
from torch import nn

from synth_anomaly.backbones import Judgement
from synth_anomaly.interfaces import Batch
from synth_anomaly.synthesizers import Constant, Paste, WholeImage


class Judge(nn.Module):
    """A discriminator that remembers what it saw; its logit is the mean of the input."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, inputs):
        self.seen.append(inputs)
        return Judgement(inputs.mean(dim=(1, 2, 3)), (inputs,))


class Fixed(nn.Module):
    """An attention generator of constant maps, images and latents."""

    def __init__(self):
        super().__init__()
        self.value = nn.Parameter(torch.tensor([0.75, 0.25, 0.5, -0.5]))

    def forward(self, images, random=None):
        image, attention, mean, log_variance = self.value
        latent = (len(images), 4, 2, 2)
        return Generated(
            image.expand_as(images),
            attention.expand(len(images), 1, *images.shape[2:]),
            mean.expand(latent),
            log_variance.expand(latent),
        )


@pytest.fixture
def batch():
    return Batch(torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0)), torch.arange(3))


def attention(tiny, synthesizer, preset="paper", **changes):
    made = tiny(preset, synthesizer=synthesizer, **changes)
    return Attention(made.settings, Fixed(), Judge())


def figures(objective):
    return {name: term.item() for name, term in objective.terms.items()}


def softplus(logits):
    return np.log1p(np.exp(logits))


def test_real_pairs_are_normal_and_anomalous_images_with_their_true_maps(tiny, halves, batch):
    made = attention(tiny, halves)
    list(made.step(batch, torch.Generator()))
    for_discriminator, for_generator = made.discriminator.seen
    for pairs in (for_discriminator, for_generator):
        assert torch.equal(pairs[:3, :3], batch.images)
        assert torch.equal(pairs[:3, 3:], torch.ones(3, 1, 32, 32))
        assert torch.equal(pairs[3:6, :3, :, 16:], batch.images[..., 16:])
        assert (pairs[3:6, :3, :, :16] == 1).all()
        assert not pairs[3:6, 3:, :, :16].any()
        assert (pairs[3:6, 3:, :, 16:] == 1).all()
        assert torch.equal(pairs[6:, :3], torch.full((6, 3, 32, 32), 0.75))
        assert torch.equal(pairs[6:, 3:], torch.full((6, 1, 32, 32), 0.25))
    assert not for_discriminator.requires_grad
    assert for_generator.requires_grad


def test_the_attention_networks_objectives_sum_to_equation_5(tiny, halves, batch):
    weights = {
        "adversarial_weight": 0.5,
        "reconstruction_weight": 3.0,
        "divergence_weight": 4.0,
        "attention_weight": 2.0,
    }
    made = attention(tiny, halves, **weights)
    first, second = made.step(batch, torch.Generator())
    logits = made.discriminator.seen[0].mean(dim=(1, 2, 3)).numpy()
    nor, ano, fake = logits[:3], logits[3:6], logits[6]
    assert (first.optimiser, second.optimiser) == ("discriminator", "generator")
    assert figures(first) == pytest.approx(
        {
            "adversarial": softplus(-nor).mean() + softplus(fake),
            "adversarial_anomaly": softplus(-ano).mean() + softplus(fake),
        },
        rel=1e-5,
    )
    x = batch.images.numpy()
    kl = 16 * 0.5 * (0.5**2 + np.exp(-0.5) - 1 + 0.5)
    assert figures(second) == pytest.approx(
        {
            "adversarial": 0.5 * softplus(-fake),
            "adversarial_anomaly": 0.5 * softplus(-fake),
            "reconstruction": 3 * -(x * np.log(0.75) + (1 - x) * np.log(0.25)).mean(),
            "divergence": 4 * kl / (3 * 32 * 32),
            "attention": 2 * (0.75**2 + (0.25**2 + 0.75**2) / 2),
        },
        rel=1e-5,
    )


@pytest.mark.parametrize(("share", "normal"), [(0.1, 1), (0.25, 1), (0.4, 2), (0.5, 3)])
def test_some_normal_images_are_beside_all_anomalies(tiny, halves, batch, share, normal):
    made = attention(tiny, halves, normal_share=share)
    _, second = made.step(batch, torch.Generator())
    seen = made.discriminator.seen[0]
    assert len(seen) == 2 * (normal + 3)
    assert torch.equal(seen[:normal, :3], batch.images[:normal])
    assert torch.equal(seen[normal : normal + 3, :3], halves(batch.images, None).images)
    assert figures(second)["attention"] == pytest.approx(0.75**2 + (0.25**2 + 0.75**2) / 2, rel=1e-5)


@pytest.mark.parametrize(
    ("preset", "discriminator", "generator"),
    [
        ("adversarial-anomaly-only", {"adversarial_anomaly"}, {"adversarial_anomaly"}),
        ("attention-loss-only", set(), {"attention"}),
        ("both-losses", {"adversarial_anomaly"}, {"adversarial_anomaly", "attention"}),
    ],
)
def test_each_column_of_table_4_has_its_terms(tiny, halves, batch, preset, discriminator, generator):
    made = attention(tiny, halves, preset)
    first, second = made.step(batch, torch.Generator())
    assert first.terms.keys() == {"adversarial"} | discriminator
    assert second.terms.keys() == {"adversarial", "reconstruction", "divergence"} | generator
    seen = 12 if discriminator else 6
    assert {len(pairs) for pairs in made.discriminator.seen} == {seen}


def test_panels_show_defects_as_1(tiny, halves, batch):
    panels = attention(tiny, halves).panels(batch, torch.Generator())
    assert torch.equal(panels["input"], batch.images)
    assert (panels["mask"][..., :16] == 1).all()
    assert not panels["mask"][..., 16:].any()
    assert torch.equal(panels["map"], torch.full((3, 3, 32, 32), 0.75))
    assert torch.equal(panels["reconstruction"], torch.full((3, 3, 32, 32), 0.75))


def adgan(tiny, synthesizer, **changes):
    made = tiny(synthesizer=synthesizer, **changes)
    return ADGAN(made.settings, made.attention_generator.eval(), Tripled(), Judge(), made.adgan_average), made


class Tripled(nn.Module):
    """Reconstructs features as three times what they are."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(3.0))

    def forward(self, features):
        return self.factor * features


def test_adgan_sees_gated_features_and_their_reconstruction(tiny, halves, batch):
    made, _ = adgan(tiny, halves, adgan_adversarial_weight=2.0, adgan_reconstruction_weight=0.5)
    first, second = made.step(batch, torch.Generator())
    features = made.features(batch.images)
    for seen in made.discriminator.seen:
        torch.testing.assert_close(seen, torch.cat([features, 3 * features]))
    assert not made.discriminator.seen[0].requires_grad
    real = features.mean(dim=(1, 2, 3)).numpy()
    assert figures(first) == pytest.approx(
        {"adversarial": softplus(-real).mean() + softplus(3 * real).mean()}, rel=1e-5
    )
    assert figures(second) == pytest.approx(
        {
            "adversarial": 2 * softplus(-3 * real).mean(),
            "reconstruction": 0.5 * (2 * features).square().mean().item(),
        },
        rel=1e-5,
    )


def test_the_attention_network_gets_no_gradient_from_adgan(tiny, halves, batch):
    made, _ = adgan(tiny, halves, synthetic_weight=1.0)
    _, second = made.step(batch, torch.Generator())
    sum(second.terms.values()).backward()
    assert all(value.grad is None for value in made.attention.parameters())
    assert made.generator.factor.grad is not None


def test_gated_features_of_synthetic_anomalies_are_fakes_where_they_have_a_weight(tiny, halves, batch):
    made, _ = adgan(tiny, halves, synthetic_weight=2.0)
    first, second = made.step(batch, torch.Generator())
    anomalies = halves(batch.images, None).images
    synthetic = made.features(anomalies)
    torch.testing.assert_close(made.discriminator.seen[0][6:], synthetic)
    expected = 2 * softplus(synthetic.mean(dim=(1, 2, 3)).numpy()).mean()
    assert figures(first)["synthetic"] == pytest.approx(expected, rel=1e-5)
    assert len(made.discriminator.seen[1]) == 6
    assert "synthetic" not in second.terms


def test_other_anomalies_may_be_shown_to_adgan(tiny, halves, batch):
    grey = Paste(WholeImage(), Constant((0.5, 0.5)))
    made, _ = adgan(tiny, halves, synthetic_weight=2.0, adgan_synthesizer=grey)
    list(made.step(batch, torch.Generator()))
    shown = made.features(grey(batch.images, torch.Generator()).images)
    assert not torch.equal(shown, made.features(halves(batch.images, None).images))
    torch.testing.assert_close(made.discriminator.seen[0][6:], shown)


@pytest.mark.parametrize(("judged", "factor"), [("gated", 1), ("reconstruction", 3)])
def test_the_score_is_the_log_odds_of_1_less_the_judgement(tiny, halves, batch, judged, factor):
    made, _ = adgan(tiny, halves, judged=judged)
    features = made.features(batch.images)
    expected = 1 - (factor * features).mean(dim=(1, 2, 3)).sigmoid()
    torch.testing.assert_close(made.score(features).sigmoid(), expected)


def test_the_average_follows_each_step_and_scores(tiny, batch):
    made = tiny(average=0.9)
    stage = ADGAN(
        made.settings, made.attention_generator, Tripled(), made.adgan_discriminator, made.adgan_average
    )
    assert isinstance(made.adgan_average, Average)
    with torch.no_grad():
        for value in made.adgan_discriminator.parameters():
            value.fill_(0.5)
    list(stage.step(batch, torch.Generator()))
    assert made.adgan_average.steps == 1
    for value in made.adgan_average.network.parameters():
        assert (value == 0.5).all()
    made.eval()
    with torch.no_grad():
        for value in made.adgan_discriminator.parameters():
            value.fill_(0.25)
        features = made._adgan.features(batch.images)
        expected = 1 - made.adgan_average.network(features).logits.sigmoid()
    torch.testing.assert_close(stage.score(features).sigmoid(), expected)
