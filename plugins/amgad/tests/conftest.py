import pytest
import torch
from sat_amgad.dcgan.method import DCGAN
from sat_amgad.method import AMGAD

from synth_anomaly import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.testing import one_thread, random_images

TINY = {
    "size": 32,
    "batch_size": 2,
    "steps": 1,
    "adgan_steps": 1,
    "adgan_batch_size": 2,
    "backbone": {"name": "resnet18", "width": 4, "out_levels": [3], "small_images": True},
    "latent_channels": 4,
    "decoder_channels": [4, 4],
    "discriminator_width": 4,
    "adgan_width": 4,
}
TINY_DCGAN = {"size": 32, "batch_size": 2, "steps": 1, "width": 4, "latent": 8}


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


@pytest.fixture
def tiny():
    """AMGAD at a size that trains in no time; any preset, any change."""

    def make(preset=None, *, seed=0, **changes):
        left_out = {"adgan_steps": 0} if AMGAD.presets.get(preset, {}).get("adgan_steps") == 0 else {}
        return AMGAD(preset, seed=seed, **{**TINY, **left_out, **changes})

    return make


@pytest.fixture
def tiny_dcgan():
    """The one-class DCGAN, likewise."""

    def make(preset=None, *, seed=0, **changes):
        return DCGAN(preset, seed=seed, **{**TINY_DCGAN, **changes})

    return make


@pytest.fixture
def images():
    """Normal images, uint8 ``(6, 32, 32, 3)``."""
    return random_images()


class Halves:
    """The left half of the image, white."""

    def __call__(self, images, generator, *, guide=None, donors=None):
        masks = torch.zeros(len(images), 1, *images.shape[-2:])
        masks[..., : images.shape[-1] // 2] = 1
        return Defects(torch.where(masks > 0, 1.0, images), masks, Parameters({}))


@pytest.fixture
def halves():
    """A synthesizer that takes no chances."""
    return Halves()
