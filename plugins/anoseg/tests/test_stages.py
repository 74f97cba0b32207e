"""What each stage shows its networks, and what it makes small."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sat_anoseg.detector import Detector
from sat_anoseg.networks import Generated
from sat_anoseg.segmentation import Segmentation
from torch import nn

from synth_anomaly.backbones import Judgement
from synth_anomaly.interfaces import Batch


class Judge(nn.Module):
    """A discriminator that remembers what it saw; its logit is the mean of the input."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, pairs):
        self.seen.append(pairs)
        return Judgement(pairs.mean(dim=(1, 2, 3)), (pairs[:, :, ::2, ::2],))


class Fixed(nn.Module):
    """A generator of constant maps and images."""

    def __init__(self, normality=0.25, image=0.75, maps=1):
        super().__init__()
        self.normality = nn.Parameter(torch.tensor(normality)) if normality is not None else None
        self.image = nn.Parameter(torch.tensor(image)) if image is not None else None
        self.maps = maps
        self.seen = []

    def forward(self, inputs):
        self.seen.append(inputs)
        shape = (len(inputs), self.maps, *inputs.shape[2:])
        return Generated(
            None if self.normality is None else self.normality.expand(shape),
            None if self.image is None else self.image.expand(len(inputs), 3, *inputs.shape[2:]),
        )


@pytest.fixture
def batch():
    return Batch(torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0)), torch.arange(3))


def generator():
    return torch.Generator().manual_seed(7)


def defects(settings, batch):
    return settings.synthesizer(batch.images, generator(), donors=batch.images)


def softplus(logits):
    return np.log1p(np.exp(logits))


def test_x_seg_holds_normal_images_and_defects_with_their_true_maps(tiny, batch):
    """A is 1 where an image is normal, and 0 exactly on the defect."""
    settings, judge = tiny().settings, Judge()
    list(Segmentation(settings, Fixed(), judge).step(batch, generator()))
    real, fake, deceiving = judge.seen
    made = defects(settings, batch)
    assert torch.equal(real[:, :3], torch.cat([batch.images, made.images]))
    assert torch.equal(real[:, 3:], torch.cat([torch.ones(3, 1, 32, 32), 1 - made.masks]))
    changed = (real[3:, :3] != batch.images).any(dim=1, keepdim=True)
    assert changed.any()
    assert not (changed & (real[3:, 3:] == 1)).any()
    assert not fake.requires_grad
    assert deceiving.requires_grad
    for pairs in (fake, deceiving):
        assert torch.equal(pairs[:, :3], torch.full((6, 3, 32, 32), 0.75))
        assert torch.equal(pairs[:, 3:], torch.full((6, 1, 32, 32), 0.25))


@pytest.mark.parametrize(("share", "normal"), [(0.0, 0), (0.25, 1), (0.4, 2), (0.5, 3)])
def test_some_normal_images_are_beside_all_defects(tiny, batch, share, normal):
    settings, judge = replace(tiny().settings, normal_share=share), Judge()
    stage = Segmentation(settings, Fixed(), judge)
    list(stage.step(batch, generator()))
    made = defects(settings, batch)
    assert torch.equal(judge.seen[0][:, :3], torch.cat([batch.images[:normal], made.images]))
    assert judge.seen[0][:normal, 3:].eq(1).all()
    assert torch.equal(stage.panels(batch, generator())["defect"], made.images)


def test_the_segmentation_objectives(tiny, batch):
    settings, judge = tiny().settings, Judge()
    settings = replace(settings, segmentation_weight=2.0, reconstruction_weight=3.0, adversarial_weight=0.5)
    first, second = Segmentation(settings, Fixed(), judge).step(batch, generator())
    assert (first.optimiser, second.optimiser) == ("discriminator", "generator")
    real, fake = (pairs.mean(dim=(1, 2, 3)).detach().numpy() for pairs in judge.seen[:2])
    assert first.terms.keys() == {"adversarial"}
    assert first.terms["adversarial"].item() == pytest.approx(
        softplus(-real).mean() + softplus(fake).mean(), rel=1e-5
    )
    x_seg, a_seg = judge.seen[0][:, :3].numpy(), judge.seen[0][:, 3:].numpy()
    reconstruction = np.abs((x_seg - 0.75) * a_seg).sum() / (3 * a_seg.sum())
    terms = {name: term.item() for name, term in second.terms.items()}
    assert terms == pytest.approx(
        {
            "segmentation": 2 * np.abs(a_seg - 0.25).mean(),
            "reconstruction": 3 * reconstruction,
            "adversarial": 0.5 * softplus(-fake).mean(),
        },
        rel=1e-4,
    )


def test_the_base_model_minimises_the_segmentation_loss_alone(tiny, batch):
    settings = tiny("base").settings
    (only,) = Segmentation(settings, Fixed(image=None), None).step(batch, generator())
    assert only.optimiser == "generator"
    assert only.terms.keys() == {"segmentation"}


def test_panels_show_defects_as_1(tiny, batch):
    settings = tiny().settings
    panels = Segmentation(settings, Fixed(), Judge()).panels(batch, generator())
    made = defects(settings, batch)
    assert torch.equal(panels["input"], batch.images)
    assert torch.equal(panels["defect"], made.images)
    assert torch.equal(panels["mask"], made.masks.expand(-1, 3, -1, -1))
    assert torch.equal(panels["map"], torch.full((3, 3, 32, 32), 0.75))
    assert torch.equal(panels["reconstruction"], torch.full((3, 3, 32, 32), 0.75))


def detector(tiny, preset="paper", **changes):
    settings = replace(tiny(preset).settings, **changes)
    return Detector(settings, Fixed(normality=0.25, image=None), Fixed(normality=None, image=0.75), Judge())


def test_the_detectors_real_pairs_are_normal_alone(tiny, batch):
    made = detector(tiny)
    list(made.step(batch, generator()))
    ones = torch.ones(3, 1, 32, 32)
    real, fake, synthetic, deceiving, target = made.discriminator.seen
    for pairs in (real, target):
        assert torch.equal(pairs, torch.cat([batch.images, ones], dim=1))
    for pairs in (fake, deceiving):
        assert torch.equal(pairs[:, :3], torch.full((3, 3, 32, 32), 0.75))
        assert torch.equal(pairs[:, 3:], 0.25 * ones)
    assert not fake.requires_grad
    anomalies = defects(made.settings, batch)
    assert torch.equal(synthetic, torch.cat([anomalies.images, 1 - anomalies.masks], dim=1))
    assert torch.equal(made.generator.seen[0], torch.cat([batch.images, 0.25 * ones], dim=1))


def test_the_detectors_objectives(tiny, batch):
    made = detector(tiny, reconstruction_weight=2.0, adversarial_weight=3.0, feature_weight=4.0)
    first, second = made.step(batch, generator())
    real, fake, synthetic = (
        pairs.mean(dim=(1, 2, 3)).detach().numpy() for pairs in made.discriminator.seen[:3]
    )
    assert {name: term.item() for name, term in first.terms.items()} == pytest.approx(
        {
            "adversarial": softplus(-real).mean() + softplus(fake).mean(),
            "classification": softplus(-real).mean() + softplus(synthetic).mean(),
        },
        rel=1e-4,
    )
    images = batch.images.numpy()
    difference = made.discriminator.seen[0] - made.discriminator.seen[1]
    norms = difference[:, :, ::2, ::2].detach().flatten(1).norm(dim=1).numpy()
    assert {name: term.item() for name, term in second.terms.items()} == pytest.approx(
        {
            "reconstruction": 2 * np.abs(images - 0.75).mean(),
            "adversarial": 3 * softplus(-fake).mean(),
            "feature": 4 * norms.mean(),
        },
        rel=1e-4,
    )


@pytest.mark.parametrize(
    ("preset", "first", "second"),
    [
        ("detector-base", {"adversarial"}, {"reconstruction", "adversarial"}),
        ("+feature-matching", {"adversarial"}, {"reconstruction", "adversarial", "feature"}),
        ("+map-input", {"adversarial"}, {"reconstruction", "adversarial", "feature"}),
        ("+classification", {"adversarial", "classification"}, {"reconstruction", "adversarial", "feature"}),
    ],
)
def test_the_detectors_terms_by_row_of_table_5(tiny, batch, preset, first, second):
    made = detector(tiny, preset)
    objectives = list(made.step(batch, generator()))
    assert [set(objective.terms) for objective in objectives] == [first, second]
    widths = {pairs.shape[1] for pairs in made.discriminator.seen}
    assert widths == ({4} if made.settings.detector_map_input else {3})


def test_the_segmentation_network_gets_no_gradient_from_the_detector(tiny, batch):
    made = detector(tiny)
    _, second = made.step(batch, generator())
    sum(second.terms.values()).backward()
    assert made.segmentation.normality.grad is None
    assert made.generator.image.grad is not None


def test_the_score_is_equation_5(tiny, batch):
    made = detector(tiny, alpha=2.0, beta=0.5)
    normality = torch.rand(3, 1, 32, 32)
    scores, reconstruction = made.score(batch.images, normality)
    real, fake = made.discriminator.seen
    assert torch.equal(real[:, 3:], torch.ones(3, 1, 32, 32))
    assert torch.equal(fake[:, 3:], normality)
    assert torch.equal(fake[:, :3], reconstruction)
    features = (real - fake)[:, :, ::2, ::2].square().mean(dim=(1, 2, 3))
    expected = 2 * features + 0.5 * (batch.images - 0.75).square().mean(dim=(1, 2, 3))
    torch.testing.assert_close(scores, expected)
