import pytest
import torch
from sat_anoseg.method import AnoSeg

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
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def tiny():
    """AnoSeg at a size that trains in no time; any preset, any change."""

    def make(preset=None, *, seed=0, **changes):
        return AnoSeg(preset, seed=seed, **{**TINY, **changes})

    return make


@pytest.fixture
def images():
    """Normal images, uint8 ``(6, 32, 32, 3)``."""
    drawn = torch.randint(0, 256, (6, 32, 32, 3), generator=torch.Generator().manual_seed(0))
    return drawn.to(torch.uint8).numpy()
