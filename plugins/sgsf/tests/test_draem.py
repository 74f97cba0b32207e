"""DRAEM, with its own networks and with SGSF's."""

import pytest
import torch
from sat_sgsf.draem.method import DRAEM
from sat_sgsf.draem.networks import Discriminative, Reconstructive
from sat_sgsf.draem.settings import PRESETS, DRAEMSettings

from synth_anomaly import load_method
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import DataError, OptionError, RunError
from synth_anomaly.interfaces import Batch
from synth_anomaly.losses import focal, l2, ssim_loss
from synth_anomaly.scorers import mean_pool
from synth_anomaly.testing import check_method
from synth_anomaly.training import generator_for

PAPER = {
    "size": 256,
    "batch_size": 8,
    "forged": 0.5,
    "network": "draem",
    "reconstructive_width": 128,
    "discriminative_width": 64,
    "learning_rate": 1e-4,
    "drop": 0.1,
    "epochs": 700,
    "tau": 2.0,
    "weight": 1.0,
}

MORE = ("toothbrush", "transistor", "wood", "zipper")


@pytest.mark.parametrize("name", PAPER)
def test_the_defaults_are_the_papers(name):
    assert getattr(DRAEMSettings(), name) == PAPER[name]


def test_good_images_are_turned_by_up_to_45_degrees():
    described = catalogue().describe("augmentation", DRAEMSettings().augment)
    assert described["name"] == "RandomRotation"
    assert described["degrees"] == 45.0
    assert described["p"] == 0.3


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_trains_predicts_and_loads(tiny_draem, images, preset):
    prediction = check_method(tiny_draem(preset), images).predict(images)
    assert ((prediction.reconstruction >= 0) & (prediction.reconstruction <= 1)).all()


@pytest.mark.parametrize("network", ["draem", "sgsf"])
def test_any_input_size_works(tiny_draem, fitted, images, network):
    made = fitted(tiny_draem(network=network, size=(40, 72)))
    assert made.predict(images).maps.shape == (6, 1, 40, 72)


def test_the_image_score_is_the_maximum_of_the_mean_over_21_pixels(tiny_draem, fitted, images):
    prediction = fitted(tiny_draem()).predict(images)
    torch.testing.assert_close(prediction.scores, mean_pool(prediction.maps, 21).amax(dim=(1, 2, 3)))


def test_the_objective_restores_and_segments(tiny_draem):
    method = tiny_draem(weight=2.0, tau=3.0, augment="none").eval()
    batch = Batch(torch.rand(4, 3, 32, 32), torch.arange(4))
    with torch.no_grad():
        (objective,) = method._step(batch, generator_for(3))
        defects = method._defects(batch, generator_for(3))
        restored = method.reconstruction(defects.images)
        logits = method.segmentation(torch.cat([restored, defects.images], dim=1))
    expected = {
        "l2": 2 * l2(restored, batch.images),
        "ssim": 2 * ssim_loss(restored, batch.images),
        "focal": focal(logits, defects.masks, 3.0),
    }
    for name, value in expected.items():
        torch.testing.assert_close(objective.terms[name], value)


def test_half_of_the_images_get_a_defect(tiny_draem):
    method, masks = tiny_draem(batch_size=8), []
    for seed in range(4):
        batch = Batch(torch.rand(8, 3, 32, 32), torch.arange(8))
        masks.append(int(method._defects(batch, generator_for(seed)).defective.sum()))
    assert max(masks) == 4


def test_gradient_reaches_every_parameter():
    reconstructive, discriminative = Reconstructive(2), Discriminative(2)
    images = torch.rand(2, 3, 64, 64)
    restored = reconstructive(images)
    discriminative(torch.cat([restored, images], dim=1)).square().sum().backward()
    for network in (reconstructive, discriminative):
        assert all(value.grad is not None for value in network.parameters())


def test_the_paper_needs_photographs_of_textures(images):
    with pytest.raises(DataError, match="DTD"):
        DRAEM("paper", size=32, reconstructive_width=2, discriminative_width=2).fit(images, device="cpu")


def test_a_trained_one_predicts_in_batches_of_one(tiny_draem, fitted, images, tmp_path):
    made = fitted(tiny_draem())
    made.save(tmp_path)
    alone = load_method(tmp_path, settings={"batch_size": 1})
    torch.testing.assert_close(alone.predict(images).maps, made.predict(images).maps)


def test_stages_need_a_length(tiny_draem):
    with pytest.raises(RunError, match="or set steps"):
        tiny_draem(steps="none").stages()


def test_published_figures_are_those_that_sgsf_prints():
    assert DRAEM.published("mvtec_ad", "transistor", "quick") == {"pixel_auroc": 0.909, "pixel_ap": 0.507}
    assert DRAEM.published("mvtec_ad", "mean", "sgsf-network")["pixel_ap"] == 0.554
    assert DRAEM.published("mvtec_ad", "bottle", "sgsf-network") == {}
    assert DRAEM.published("demo", "bottle", "paper") == {}
    assert DRAEM.published("dagm2007", "mean", "paper")["image_tpr"] == 0.965
    names = "bottle cable capsule carpet grid hazelnut leather metal_nut pill screw tile"
    figures = [DRAEM.published("mvtec_ad", name, "paper") for name in [*names.split(), *MORE]]
    for name in ("pixel_auroc", "pixel_ap"):
        mean = sum(figure[name] for figure in figures) / 15
        assert mean == pytest.approx(DRAEM.published("mvtec_ad", "mean", "paper")[name], abs=1.5e-3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": "unet"}, "option 'network' takes 'draem' or 'sgsf', got"),
        ({"validation": 0.1}, "DRAEM validates nothing"),
        ({"forged": 1.5}, r"expected forged in \(0, 1\]"),
        ({"drops": [1.0]}, "expected drops ascending"),
    ],
)
def test_wrong_settings_are_one_clear_line(changes, message):
    with pytest.raises(OptionError, match=message):
        DRAEM(**changes)
