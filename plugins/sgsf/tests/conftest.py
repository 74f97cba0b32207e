import pytest
from sat_sgsf.draem.method import DRAEM
from sat_sgsf.method import SGSF

from synth_anomaly.testing import fit_small, one_thread, random_images

BY_RULE = {"fill": {"fills": {"0": {"procedural": True}}}}
TINY = {"size": 32, "batch_size": 4, "width": 4, "blocks": [1, 1, 1, 1], "steps": 2}


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


@pytest.fixture
def tiny():
    """SGSF at a size that trains in no time, with textures made by rule; any preset, any change."""

    def make(preset=None, *, seed=0, **changes):
        textures = {} if preset == "quick" else {"synthesizer": BY_RULE}
        return SGSF(preset, seed=seed, **{**TINY, "contrast_steps": 2, **textures, **changes})

    return make


@pytest.fixture
def tiny_draem():
    def make(preset=None, *, seed=0, **changes):
        widths = {"reconstructive_width": 4, "discriminative_width": 4}
        return DRAEM(preset, seed=seed, **{**TINY, **widths, "synthesizer": BY_RULE, **changes})

    return make


@pytest.fixture
def images():
    """Good images, uint8 ``(6, 32, 32, 3)``."""
    return random_images()


@pytest.fixture
def fitted(images):
    def fit(method, **options):
        return fit_small(method, images, **options)

    return fit
