"""Small pipelines, and methods that only the tests know."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from synth_anomaly import Pipeline
from synth_anomaly.interfaces import Sample
from synth_anomaly.testing import fit_small, random_images

METHODS = Path(__file__).with_name("methods.py")


@pytest.fixture(scope="session")
def methods():
    """The module methods.py, as a recipe can name it."""
    spec = importlib.util.spec_from_file_location("methods_of_tests", METHODS)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small(methods):
    """Makes a small pipeline, with other settings where they are given."""

    def make(**changes):
        return Pipeline(**{**methods.SMALL, **changes})

    return make


@pytest.fixture(scope="module")
def trained(small):
    """A small pipeline that was trained; leave it as it is."""
    return fit_small(small(), random_images())


@pytest.fixture(scope="session")
def labelled():
    """Makes test samples, every other one with a bright defect."""

    def make(count=4, height=32, width=32):
        samples = []
        for row, image in enumerate(random_images(count, height, width, seed=1)):
            mask = np.zeros((height, width), bool)
            mask[4:9, 4:9] = row % 2
            image[mask] = 255
            defect = "spot" if row % 2 else "good"
            samples.append(
                Sample(
                    name=f"{defect}/{row}",
                    defect=defect,
                    read=lambda i=image: i,
                    read_mask=lambda m=mask: m,
                )
            )
        return samples

    return make


@pytest.fixture(scope="session")
def assert_same():
    """Compares two predictions, exactly unless a tolerance is given."""

    def compare(first, second, **tolerance):
        for one, other in ((first.maps, second.maps), (first.scores, second.scores)):
            torch.testing.assert_close(one, other, **(tolerance or {"atol": 0, "rtol": 0}))

    return compare
