"""Good images, and a small pipeline over the deviation of a trunk that is not trained."""

from functools import cache

import numpy as np
import pytest
import torch

from synth_anomaly import Pipeline
from synth_anomaly.data import as_samples, load_images
from synth_anomaly.pipeline import bank
from synth_anomaly.training import TrainingData

TRUNK = {"name": "resnet18", "width": 4, "out_levels": [1, 2, 3]}
SMALL = {
    "size": 32,
    "batch_size": 4,
    "steps": 3,
    "synthesizer": {"name": "one-of", "synthesizers": ["cutpaste", "spots"]},
    "defective": 0.75,
    "backbone": {"name": "deviation", "trunk": TRUNK},
    "head": {"name": "pyramid", "channels": 4},
    "loss": "focal-dice",
    "scorer": {"name": "gated", "distance": {"name": "distance", "dimensions": 8}},
    "bank": 6,
    "crop": 0.5,
    "schedule": "one-cycle",
}


@pytest.fixture(autouse=True, scope="session")
def _names_once():
    """Look up the names of registered synthesizers once, which costs more than a tiny training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank, "_registered", cache(bank._registered))
        yield


@pytest.fixture
def small():
    """Makes the pipeline, with other settings where they are given."""

    def make(*, seed=0, **changes):
        return Pipeline(seed=seed, **{**SMALL, **changes})

    return make


@pytest.fixture
def good_images():
    """Makes images of one part, which shimmers: uint8 ``(count, height, width, 3)``."""

    def make(count=8, height=32, width=32, seed=0):
        noise = np.random.default_rng(seed)
        rows, columns = np.mgrid[:height, :width] / 32
        part = 120 + 60 * np.sin(9 * rows)[..., None] * np.cos([5, 6, 7] * columns[..., None])
        return (part + noise.normal(0, 6, (count, height, width, 3))).clip(0, 255).astype(np.uint8)

    return make


@pytest.fixture
def data_of():
    """Returns images as a stage sees them."""

    def make(images, report=lambda *_: None):
        store = load_images(as_samples(images, "train"), images.shape[1:3])
        return TrainingData(store, report=report)

    return make


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)
