"""What a method shows beside its test images reaches the contact sheet."""

import numpy as np
import pytest
import torch

from synth_anomaly import Pipeline
from synth_anomaly.interfaces import Sample
from synth_anomaly.runs.pictures import pictures, reconstructor
from synth_anomaly.testing import fit_small, random_images

SMALL = {"backbone": {"name": "resnet18", "width": 4}, "head": "unet-decoder", "steps": 1, "batch_size": 2}


class Showing(Pipeline):
    """It shows the mirrored image, and a picture that is out of range."""

    def pictures(self, images):
        assert not self.training
        assert not torch.is_grad_enabled()
        return {"Mirror": images.flip(3), "Beyond": images * 3 - 1}


@pytest.fixture
def sample():
    image = random_images(1, 24, 32)[0]
    return Sample(name="good/0", defect="good", read=lambda: image)


def test_each_picture_is_drawn_at_the_input_size(sample):
    method = fit_small(Showing(size=(24, 32), **SMALL), random_images(2, 24, 32))
    shown = pictures(method.train())
    assert shown.heads == ("Mirror", "Beyond")
    mirror, beyond = shown.draw(sample)
    np.testing.assert_array_equal(mirror, sample.read()[:, ::-1])
    expected = (sample.read().astype(int) * 3 - 255).clip(0, 255)
    np.testing.assert_array_equal(beyond, expected)
    assert beyond.dtype == np.uint8


def test_a_method_that_shows_nothing_has_no_columns():
    method = fit_small(Pipeline(size=16, **SMALL), random_images(2, 16, 16))
    assert pictures(method) is None
    assert reconstructor(method) is None
