"""What a method shows beside its test images reaches the contact sheet."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD

from synth_anomaly import Method
from synth_anomaly.interfaces import Prediction, Sample
from synth_anomaly.method import MethodSettings
from synth_anomaly.runs.pictures import pictures, reconstructor
from synth_anomaly.testing import fit_small, random_images
from synth_anomaly.training import Objective, Optimiser, Stage


class Plain(Method):
    """A method of one convolution, which shows nothing of its own."""

    Settings = MethodSettings

    def build(self):
        self.network = nn.Conv2d(3, 1, 1)

    def stages(self):
        optimiser = Optimiser(SGD(self.network.parameters(), lr=0.1))
        return [
            Stage(
                name="only",
                steps=1,
                batch_size=2,
                network=self.network,
                optimisers={"network": optimiser},
                step=lambda batch, _: iter(
                    [Objective("network", {"loss": self.network(batch.images).mean()})]
                ),
            )
        ]

    def forward(self, images):
        maps = self.network(images).sigmoid()
        return Prediction(maps, maps.amax(dim=(1, 2, 3)))


class Showing(Plain):
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
    method = fit_small(Showing(size=(24, 32)), random_images(2, 24, 32))
    shown = pictures(method.train())
    assert shown.heads == ("Mirror", "Beyond")
    mirror, beyond = shown.draw(sample)
    np.testing.assert_array_equal(mirror, sample.read()[:, ::-1])
    expected = (sample.read().astype(int) * 3 - 255).clip(0, 255)
    np.testing.assert_array_equal(beyond, expected)
    assert beyond.dtype == np.uint8


def test_a_method_that_shows_nothing_has_no_columns():
    method = fit_small(Plain(size=16), random_images(2, 16, 16))
    assert pictures(method) is None
    assert reconstructor(method) is None
