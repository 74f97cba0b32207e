"""Methods of the tests, which recipes name by their import path."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

import torch
from torch import nn
from torch.optim import SGD

from synth_anomaly import Method, Pipeline
from synth_anomaly.interfaces import Prediction
from synth_anomaly.method import MethodSettings
from synth_anomaly.training import Objective, Optimiser, Stage, Validation

SMALL = {
    "size": 32,
    "batch_size": 4,
    "steps": 2,
    "backbone": {"name": "resnet18", "width": 4, "out_levels": [1, 2]},
    "head": {"name": "unet-decoder", "channels": 4},
}
"""Settings of a pipeline that is quick."""


class Overridden(Pipeline):
    """Its preset sets, at several depths, what is None by default."""

    presets: ClassVar = {
        "full": {},
        "set": {
            **SMALL,
            "augment": {"name": "RandomHorizontalFlip", "p": 0.3},
            "guide": {"name": "constant", "value": 1.0},
            "backbone": {"name": "resnet18", "width": 4, "weights": "imagenet"},
            "synthesizer": {
                "name": "paste",
                "fill": {"name": "texture", "folder": "/textures"},
                "shape": {"name": "drawn-masks", "folder": "/masks"},
            },
        },
    }


class Other(Method):
    """A method of one convolution, which nobody registered."""

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


class Published(nn.Conv2d):
    """A network with published weights, which are all 1."""

    def load_pretrained(self):
        nn.init.ones_(self.weight)
        return []


class OtherPublished(Other):
    """The same with published weights."""

    def build(self):
        self.network = Published(3, 1, 1)


class OfSizes(Other):
    """The same, and it synthesises at two sizes."""

    def synthesis_sizes(self):
        return [(8, 8), (16, 16)]


@dataclass(frozen=True)
class NeedsFiles:
    """A piece that keeps what it was asked to read for."""

    sizes: list = field(default_factory=list)

    def read_files(self, size, device, report):
        self.sizes.append(size)
        report("files", 1, 1)
        return ["the same", f"at {size[0]}"]


class OnlySmall(Other):
    """A method without a preset that changes nothing."""

    presets: ClassVar = {"small": {"size": 16}}


class Remarkable(Pipeline):
    """A pipeline that has something to say of how it was set up."""

    def remarks(self):
        return ("it begins without weights",)


class Looks(Other):
    """The same as `Other`, and it predicts while it trains."""

    def build(self):
        super().build()
        self.seen = []

    def stages(self):
        (stage,) = super().stages()
        look = Validation(name="score", figure=self.figure, every=1, patience=1)
        return [replace(stage, validate=look)]

    def figure(self, data):
        self.seen.append(self.predict(data.validation.batch(torch.arange(2))).scores.mean().item())
        return self.seen[-1]
