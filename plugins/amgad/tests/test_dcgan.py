"""The one-class DCGAN of table 1."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sat_amgad.dcgan.anomalies import drawn_anomalies
from sat_amgad.dcgan.method import DCGAN
from sat_amgad.dcgan.settings import PRESETS
from torch import nn

from synth_anomaly import load_method
from synth_anomaly.backbones import Judgement
from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import as_samples
from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.interfaces import Batch, Sample
from synth_anomaly.training import Listener

TABLE_1 = {  # preset: what is done to a whole image, in order; real anomalies
    "base": ((), 0),
    "rotation": (("quarter-turn",), 0),
    "perm": (("permute",), 0),
    "jitter": (("colour-jitter",), 0),
    "rotation+perm": (("quarter-turn", "permute"), 0),
    "rotation+perm+jitter": (("quarter-turn", "permute", "colour-jitter"), 0),
    "semi": ((), 128),
}


class Tiny:
    """A data set of noise that knows real anomalies: grey images, each of a level of its own."""

    name = "tiny"
    category = "noise"

    def train(self):
        noise = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), np.uint8)
        return as_samples(noise, "train")

    def test(self):
        return ()

    def anomalies(self):
        return [
            Sample(
                name=f"grey/{level}",
                defect="grey",
                read=lambda level=level: np.full((32, 32, 3), level, np.uint8),
            )
            for level in range(200)
        ]


@pytest.mark.parametrize("preset", TABLE_1)
def test_each_row_of_table_1_has_its_anomalies(preset):
    fills, real = TABLE_1[preset]
    settings = DCGAN(preset).settings
    assert settings.real_anomalies == real
    if not fills:
        assert settings.synthesizer is None
        return
    described = catalogue().describe("synthesizer", settings.synthesizer)
    assert described["shape"]["name"] == "whole-image"
    assert tuple(fill["name"] for fill in described["fill"]["fills"]) == fills


def test_a_row_changes_its_anomalies_alone():
    for preset in TABLE_1:
        assert set(PRESETS[preset]) <= {"synthesizer", "real_anomalies"}


def test_the_quick_presets_differ_by_their_anomalies_alone():
    quick, base = DCGAN("quick").settings, DCGAN("quick-base").settings
    assert quick.synthesizer == DCGAN("rotation+perm+jitter").settings.synthesizer
    assert replace(quick, synthesizer=None) == base


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_trains_a_step_and_predicts(tiny_dcgan, preset, tmp_path):
    class Panels(Listener):
        def on_epoch(self, report):
            for panel in report.panels().values():
                assert panel.shape == (2, 3, 32, 32)

    data = Tiny()
    made = tiny_dcgan(preset).fit(data, device="cpu", precision="fp32", listeners=[Panels()])
    prediction = made.predict(data.train())
    assert prediction.maps.shape == (6, 1, 32, 32)
    assert torch.isfinite(prediction.scores).all()
    made.save(tmp_path)
    assert torch.equal(load_method(tmp_path).predict(data.train()).scores, prediction.scores)


class Judge(nn.Module):
    """A discriminator that remembers what it saw; its logit is the mean of the input."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, inputs):
        self.seen.append(inputs)
        return Judgement(inputs.mean(dim=(1, 2, 3)), (inputs,))


class Scaled(nn.Module):
    """Makes logits of -20 to -60 of images from light to dark."""

    def forward(self, images):
        return 40 * images - 60


def softplus(logits):
    return np.log1p(np.exp(logits))


@pytest.mark.parametrize("with_anomalies", [False, True])
def test_the_objectives(tiny_dcgan, halves, with_anomalies):
    made = tiny_dcgan(
        synthesizer=halves if with_anomalies else None,
        noise=0.0,
        reconstruction_weight=3.0,
        anomaly_weight=2.0,
    )
    made.discriminator = Judge()
    batch = Batch(torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0)), torch.arange(3))
    first, second = made._step(batch, torch.Generator())
    seen, again = made.discriminator.seen
    anomalies = halves(batch.images, None).images
    assert torch.equal(seen[:3], batch.images)
    assert len(seen) == (9 if with_anomalies else 6)
    assert not seen.requires_grad
    assert len(again) == 6
    assert again.requires_grad
    real, fake = (part.detach().mean(dim=(1, 2, 3)).numpy() for part in (seen[:3], seen[3:6]))
    expected = {"adversarial": softplus(-real).mean() + softplus(fake).mean()}
    if with_anomalies:
        assert torch.equal(seen[6:], anomalies)
        expected["anomaly"] = 2 * softplus(anomalies.mean(dim=(1, 2, 3)).numpy()).mean()
    assert {name: term.item() for name, term in first.terms.items()} == pytest.approx(expected, rel=1e-4)
    squared = (seen[3:6] - seen[:3]).square().mean().item()
    assert {name: term.item() for name, term in second.terms.items()} == pytest.approx(
        {"adversarial": softplus(-fake).mean(), "reconstruction": 3 * squared}, rel=1e-4
    )


@torch.no_grad()
def test_the_score_is_the_log_odds_of_1_less_the_judgement(tiny_dcgan):
    images = torch.rand(2, 3, 32, 32)
    for judged in ("image", "reconstruction"):
        made = tiny_dcgan(judged=judged).eval()
        prediction = made(images)
        seen = images if judged == "image" else prediction.reconstruction
        torch.testing.assert_close(prediction.scores.sigmoid(), 1 - made.discriminator(seen).logits.sigmoid())
        squared = (prediction.reconstruction - images).square().mean(dim=1, keepdim=True)
        torch.testing.assert_close(prediction.maps, squared)


def test_the_surest_anomalies_do_not_tie(tiny_dcgan):
    """Grey images whose logits are -20 and below: 1 - D is 1 in float32 for all of them."""
    made = tiny_dcgan()
    made.trained = True
    made.discriminator = nn.Sequential(Scaled(), Judge())
    levels = list(range(20, 120, 10))
    samples = [
        Sample(
            name=str(level),
            defect="good" if level < 70 else "dark",
            read=lambda level=level: np.full((32, 32, 3), 255 - level, np.uint8),
        )
        for level in levels
    ]
    evaluation = made.evaluate(samples)
    assert (np.diff(evaluation.scores) > 0).all()
    assert (torch.from_numpy(evaluation.scores).sigmoid() == 1).all()
    assert evaluation.metrics["image_auroc"] == 1


def test_real_anomalies_are_drawn_by_the_seed_and_each_once():
    first, again, other = (drawn_anomalies(Tiny(), 128, (32, 32), seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (128, 3, 32, 32)
    levels = (first[:, 0, 0, 0] * 255).round().int().tolist()
    assert len(set(levels)) == 128
    assert set(levels) <= set(range(200))


def test_real_anomalies_reach_the_discriminator(tiny_dcgan):
    made = tiny_dcgan("semi")
    data = made.training_data(Tiny(), torch.device("cpu"))
    made.discriminator = Judge()
    batch = Batch(data.train.batch(torch.arange(3)), torch.arange(3))
    list(made._step(batch, torch.Generator().manual_seed(0)))
    real = made.discriminator.seen[0][6:]
    assert real.shape == (3, 3, 32, 32)
    assert (real == real[:, :1, :1, :1]).all()


def test_a_data_set_without_anomalies_is_refused_in_words(tiny_dcgan, images):
    with pytest.raises(DataError, match="take --dataset cifar10, or real_anomalies=0"):
        tiny_dcgan("semi").fit(images, device="cpu")
    with pytest.raises(DataError, match="expected 201 anomalies, got 200"):
        tiny_dcgan("semi", real_anomalies=201).fit(Tiny(), device="cpu")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"validation": 0.1}, "expected validation = 0, got 0.1"),
        ({"noise": -1.0}, "expected real_anomalies, noise and reconstruction_weight of at least 0"),
        ({"steps": 0}, "steps must be above 0"),
    ],
)
def test_wrong_settings_are_one_clear_line(changes, message):
    with pytest.raises(OptionError, match=message):
        DCGAN(**changes)
