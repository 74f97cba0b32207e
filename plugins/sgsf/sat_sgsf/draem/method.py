"""DRAEM, assembled from the core's pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from sat_sgsf.draem.networks import Discriminative, Reconstructive
from sat_sgsf.draem.results import published
from sat_sgsf.draem.settings import PRESETS, DRAEMSettings
from sat_sgsf.networks import Autoencoder, Segmenter
from sat_sgsf.schedule import adam, steps_of
from synth_anomaly.data import Images
from synth_anomaly.errors import RunError
from synth_anomaly.interfaces import Batch, Defects, Outputs, Prediction
from synth_anomaly.losses import focal, l2, ssim_loss
from synth_anomaly.method import Method
from synth_anomaly.synthesizers import Mixed
from synth_anomaly.training import Objective, Stage, TrainingData

__all__ = ["DRAEM"]


class DRAEM(Method):
    """Segments defects in an image beside its reconstruction without them.

    Pixels are scored by the discriminative network's map, images by the maximum of its mean over a window.

    Source: Zavrtanik, Kristan, Skočaj, "DRAEM", ICCV 2021, with its own network or with SGSF's.
    """

    Settings = DRAEMSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    after_training: ClassVar[Collection[str]] = ("size",)
    settings: DRAEMSettings

    def build(self) -> None:
        """Make the two networks."""
        settings = self.settings
        self.reconstruction: nn.Module
        self.segmentation: nn.Module
        if settings.network == "draem":
            self.reconstruction = Reconstructive(settings.reconstructive_width)
            self.segmentation = Discriminative(settings.discriminative_width)
        else:
            self.reconstruction = Autoencoder(settings.width, settings.blocks)
            self.segmentation = Segmenter(settings.width, settings.blocks, in_channels=6, guided=False)
        self._images = 0

    def training_data(self, images: Images, device: torch.device, **given: Any) -> TrainingData:
        """Do as every method does, and remember how many images an epoch has."""
        data = super().training_data(images, device, **given)
        self._images = len(data.train)
        return data

    def stages(self) -> Sequence[Stage]:
        """Return the one stage.

        Raises:
            RunError: If epochs are counted and there are no images to count.
        """
        settings = self.settings
        if not (settings.steps or self._images):
            raise RunError("expected images to train on, got none: stages are made by fit(), or set steps")
        steps = settings.steps or steps_of(settings.epochs, self._images, settings.batch_size)
        network = nn.ModuleList([self.reconstruction, self.segmentation])
        optimiser = adam(network.parameters(), settings.learning_rate, steps, settings.drops, settings.drop)
        return (
            Stage(
                name="training",
                steps=steps,
                batch_size=settings.batch_size,
                network=network,
                optimisers={"network": optimiser},
                step=self._step,
                augment=settings.augment,
                panels=self._panels,
            ),
        )

    def forward(self, images: Tensor) -> Prediction:
        """Return what the scorer makes of the segmentation, and the reconstruction."""
        reconstruction, logits = self._outputs(images)
        outputs = Outputs(logits=logits, reconstruction=reconstruction.clamp(0, 1))
        return self.settings.scorer(outputs, images)

    @classmethod
    def published(cls, dataset: str, category: str, preset: str) -> Mapping[str, float]:
        """Return the figures of a preset for a category, as SGSF's paper prints them."""
        return published(dataset, category, preset)

    def _step(self, batch: Batch, random: Generator) -> Iterator[Objective]:
        settings, defects = self.settings, self._defects(batch, random)
        reconstruction, logits = self._outputs(defects.images)
        terms = {
            "l2": settings.weight * l2(reconstruction, batch.images),
            "ssim": settings.weight * ssim_loss(reconstruction, batch.images),
            "focal": focal(logits, defects.masks, settings.tau),
        }
        yield Objective("network", terms)

    def _panels(self, batch: Batch, random: Generator) -> Mapping[str, Tensor]:
        defects = self._defects(batch, random)
        reconstruction, logits = self._outputs(defects.images)
        return {
            "input": batch.images,
            "defect": defects.images,
            "reconstruction": reconstruction.clamp(0, 1),
            "mask": defects.masks.expand(-1, 3, -1, -1),
            "map": logits.float().sigmoid().expand(-1, 3, -1, -1),
        }

    def _defects(self, batch: Batch, random: Generator) -> Defects:
        synthesizer = Mixed(self.settings.synthesizer, self.settings.forged)
        return synthesizer(batch.images, random, guide=batch.guide, donors=batch.images)

    def _outputs(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the reconstruction and the logits."""
        made = self.reconstruction(images)
        reconstruction: Tensor = made if isinstance(made, Tensor) else made.images
        logits: Tensor = self.segmentation(torch.cat([reconstruction, images], dim=1))
        return reconstruction, logits
