import pytest
from sat_ssae.method import SSAE

from synth_anomaly.testing import one_thread, random_images

TINY = {
    "size": 32,
    "batch_size": 2,
    "steps": 2,
    "input_sides": (0.5, 1.0),
    "width": 4,
    "dilations": (1, 2),
    "validation": 0.3,
    "validate_every": 1,
    "window": 3,
}


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


@pytest.fixture
def tiny():
    """SSAE at a size that trains in no time; any preset, any change."""

    def make(preset=None, *, seed=0, **changes):
        return SSAE(preset, seed=seed, **{**TINY, **changes})

    return make


@pytest.fixture
def images():
    """Normal images, uint8 ``(6, 32, 32, 3)``."""
    return random_images()
