import pytest
from sat_anoseg.method import AnoSeg

from synth_anomaly.testing import one_thread, random_images

TINY = {
    "size": 32,
    "batch_size": 2,
    "steps": 1,
    "detector_steps": 1,
    "backbone": {"name": "resnet18", "width": 4, "out_levels": [1, 2, 3, 4]},
    "decoder_channels": [8, 4, 4, 4, 4],
    "image_decoder_channels": [],
    "discriminator_width": 4,
}


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


@pytest.fixture
def tiny():
    """AnoSeg at a size that trains in no time; any preset, any change."""

    def make(preset=None, *, seed=0, **changes):
        return AnoSeg(preset, seed=seed, **{**TINY, **changes})

    return make


@pytest.fixture
def images():
    """Normal images, uint8 ``(6, 32, 32, 3)``."""
    return random_images()
