"""AnoSeg from end to end, at a tiny size."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sat_anoseg.method import AnoSeg
from sat_anoseg.settings import PRESETS

from synth_anomaly import Method, load_method
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.testing import as_tensor, check_method, fit_small
from synth_anomaly.training import Listener

UNTRAINED = pytest.mark.filterwarnings("ignore:.*with the weights that it began with")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_trains_predicts_and_loads(tiny, images, preset):
    told = []

    class Steps(Listener):
        def on_step(self, stage, step, losses):
            told.append((stage.name, step))

    made = check_method(tiny(preset), images, listeners=[Steps()])
    assert told == [("segmentation", 1), ("detector", 1)]
    assert isinstance(made, AnoSeg)
    prediction = made.predict(images)
    assert prediction.maps.min() >= 0
    assert prediction.maps.max() <= 1
    assert (prediction.scores >= 0).all()
    assert prediction.reconstruction is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"map_channels": 3},
        {"size": (64, 32)},
        {"size": (40, 72)},
        {"segmentation_loss": "l2"},
        {"schedule": "cosine"},
        {"augment": "flips"},
        {"map_channels": 3, "detector_map_input": False},
        {"map_channels": 3, "adversarial": False},
    ],
)
def test_other_settings_work_from_end_to_end(tiny, images, changes):
    made = fit_small(tiny(**changes), images)
    prediction = made.predict(images)
    assert prediction.maps.shape == (6, 1, *made.settings.input_size)
    assert torch.isfinite(prediction.scores).all()


def test_bf16_trains_and_predicts(tiny, images):
    made = tiny().fit(images, device="cpu", precision="bf16")
    assert {value.dtype for value in made.parameters()} == {torch.float32}
    assert torch.isfinite(made.predict(images, precision="bf16").scores).all()


@UNTRAINED
def test_maps_are_1_where_the_paper_says_0(tiny, images):
    made = tiny().eval()
    with torch.no_grad():
        normality = made.segmentation_generator(as_tensor(images)).normality
    torch.testing.assert_close(made.predict(images).maps, 1 - normality)


@UNTRAINED
def test_three_map_channels_are_averaged(tiny, images):
    made = tiny(map_channels=3).eval()
    with torch.no_grad():
        normality = made.segmentation_generator(as_tensor(images)).normality
    assert normality.shape == (6, 3, 32, 32)
    torch.testing.assert_close(made.predict(images).maps, 1 - normality.mean(dim=1, keepdim=True))


def test_the_maps_rise_on_defects(tiny):
    """A few steps on plain images teach it where its own pasted noise is."""
    generator = torch.Generator().manual_seed(0)
    textured = (100 + 20 * torch.rand(4, 32, 32, 3, generator=generator)).byte().numpy()
    made = fit_small(
        tiny("base", steps=60, learning_rate=5e-3, segmentation_loss="l2", synthesizer=White()), textured
    )
    clean = as_tensor(textured)
    defects = White()(clean, generator)
    maps = made.predict(defects.images).maps
    inside = defects.masks > 0
    assert maps[inside].mean() > maps[~inside].mean() + 0.2
    assert made.predict(clean).maps.mean() < maps[inside].mean()


class White:
    """The left half of the image, white."""

    def __call__(self, images, generator, *, guide=None, donors=None):
        from synth_anomaly import Defects
        from synth_anomaly.parameters import Parameters

        masks = torch.zeros(len(images), 1, *images.shape[-2:])
        masks[..., : images.shape[-1] // 2] = 1
        return Defects(torch.where(masks > 0, 1.0, images), masks, Parameters({}))


def test_the_segmentation_network_does_not_change_in_the_detectors_stage(tiny, images):
    made, before = tiny(steps=2, detector_steps=3), {}

    class Remembers(Listener):
        def on_stage(self, stage, number, stages, start):
            if stage.name == "detector":
                for name, value in made.state_dict().items():
                    before[name] = value.clone()

    fit_small(made, images, listeners=[Remembers()])
    after = made.state_dict()
    changed = {name for name, value in before.items() if not torch.equal(after[name], value)}
    assert changed
    assert all(name.startswith("detector_") for name in changed)
    assert {name.split(".")[0] for name in changed} == {"detector_generator", "detector_discriminator"}


def test_the_detector_does_not_change_in_the_segmentations_stage(tiny, images):
    made = tiny(steps=2)
    first = {name: value.clone() for name, value in made.state_dict().items()}

    class Compares(Listener):
        def on_stage(self, stage, number, stages, start):
            if stage.name == "detector":
                after = made.state_dict()
                changed = {name.split(".")[0] for name in first if not torch.equal(after[name], first[name])}
                assert changed == {"segmentation_generator", "segmentation_discriminator"}

    fit_small(made, images, listeners=[Compares()])


def test_one_seed_gives_one_result(tiny, images):
    first, again, other = (fit_small(tiny(steps=2, seed=seed), images).predict(images) for seed in (1, 1, 2))
    assert torch.equal(first.maps, again.maps)
    assert torch.equal(first.scores, again.scores)
    assert not torch.equal(first.maps, other.maps)


def test_the_method_is_registered():
    assert catalogue().registry("method").load("anoseg") is AnoSeg
    assert issubclass(AnoSeg, Method)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What killed.py writes."""
    folder = tmp_path_factory.mktemp("killed")
    program = Path(__file__).with_name("killed.py")
    command = [sys.executable, "-W", "ignore::DeprecationWarning", str(program), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork to kill")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("where", ["segmentation-3", "detector-0", "detector-3"])
def test_a_killed_run_ends_with_the_same_weights(folder, precision, where):
    expected = load_file(folder / f"{precision}-never" / "weights.safetensors")
    resumed = load_file(folder / f"{precision}-{where}" / "weights.safetensors")
    assert resumed.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(resumed[name].numpy(), value.numpy(), err_msg=name)


def test_the_image_score_is_weighed_anew_after_training(tiny, images, tmp_path):
    fit_small(tiny(), images).save(tmp_path)
    before, after = (load_method(tmp_path, settings={"beta": beta}).predict(images) for beta in (0.1, 2.0))
    assert torch.equal(before.maps, after.maps)
    assert not torch.equal(before.scores, after.scores)
    with pytest.raises(OptionError, match=r"\(batch_size, alpha, beta\), got segmentation_loss: "):
        load_method(tmp_path, settings={"segmentation_loss": "l2"})
