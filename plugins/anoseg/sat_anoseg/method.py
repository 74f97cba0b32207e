"""AnoSeg, assembled from the core's pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from sat_anoseg.detector import Detector
from sat_anoseg.networks import Generator
from sat_anoseg.results import published
from sat_anoseg.segmentation import Segmentation
from sat_anoseg.settings import PRESETS, AnoSegSettings
from synth_anomaly.backbones import Discriminator, channels_for
from synth_anomaly.interfaces import Prediction
from synth_anomaly.method import Method
from synth_anomaly.training import Optimiser, Stage

__all__ = ["AnoSeg"]


class AnoSeg(Method):
    """Anomaly segmentation by adversarial training on hard-augmented, pasted defects.

    Pixels are scored by the map decoder, ``1 - Â``; images by equation 5, from the anomaly detector that is
    trained after it.

    Source: "AnoSeg: Anomaly Segmentation Network Using Self-Supervised Learning", ICLR 2022 submission.
        What differs is marked as ours in :class:`sat_anoseg.settings.AnoSegSettings`.
    """

    Settings = AnoSegSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    after_training: ClassVar[Collection[str]] = ("alpha", "beta")
    settings: AnoSegSettings

    def build(self) -> None:
        """Make two generators and two discriminators."""
        settings = self.settings
        shared: dict[str, Any] = {
            "backbone": settings.backbone,
            "decoder_channels": settings.decoder_channels,
            "coordinates": settings.coordinates,
        }
        channels = channels_for(min(settings.input_size), settings.discriminator_width)
        detector_maps = settings.map_channels * settings.detector_map_input
        self.segmentation_generator = Generator(
            map_channels=settings.map_channels,
            map_bias=settings.map_bias,
            image_decoder_channels=settings.image_decoder_channels,
            image_channels=3 * settings.adversarial,
            **shared,
        )
        self.segmentation_discriminator = (
            Discriminator(3 + settings.map_channels, channels) if settings.adversarial else None
        )
        self.detector_generator = Generator(
            in_channels=3 + detector_maps, map_channels=0, image_channels=3, **shared
        )
        self.detector_discriminator = Discriminator(3 + detector_maps, channels)

    def stages(self) -> Sequence[Stage]:
        """Return the segmentation network's stage, then the anomaly detector's."""
        settings = self.settings
        segmentation = Segmentation(settings, self.segmentation_generator, self.segmentation_discriminator)
        return (
            Stage(
                name="segmentation",
                steps=settings.steps,
                step=segmentation.step,
                panels=segmentation.panels,
                **self._trained(settings.steps, self.segmentation_generator, self.segmentation_discriminator),
            ),
            Stage(
                name="detector",
                steps=settings.detector_steps,
                step=self._detector.step,
                **self._trained(
                    settings.detector_steps, self.detector_generator, self.detector_discriminator
                ),
            ),
        )

    def forward(self, images: Tensor) -> Prediction:
        """Return ``1 - Â`` as maps, and equation 5 as scores."""
        normality = self.segmentation_generator(images).normality.float()
        scores, reconstruction = self._detector.score(images, normality)
        return Prediction(1 - normality.mean(dim=1, keepdim=True), scores, reconstruction)

    @classmethod
    def published(cls, dataset: str, category: str, preset: str) -> Mapping[str, float]:
        """Return the paper's figures of a preset for a category of MVTec AD (tables 1 to 5)."""
        return published(category, preset) if dataset == "mvtec_ad" else {}

    @property
    def _detector(self) -> Detector:
        return Detector(
            self.settings, self.segmentation_generator, self.detector_generator, self.detector_discriminator
        )

    def _trained(self, steps: int, generator: nn.Module, discriminator: nn.Module | None) -> dict[str, Any]:
        settings = self.settings
        rates = {"generator": settings.learning_rate, "discriminator": settings.discriminator_learning_rate}
        networks = {"generator": generator}
        if discriminator is not None:
            networks["discriminator"] = discriminator
        return {
            "batch_size": self.settings.batch_size,
            "network": nn.ModuleList(networks.values()),
            "augment": self.settings.augment,
            "optimisers": {
                name: self._optimiser(network, rates[name], steps) for name, network in networks.items()
            },
        }

    def _optimiser(self, network: nn.Module, learning_rate: float, steps: int) -> Optimiser:
        adam = Adam(network.parameters(), lr=learning_rate, betas=self.settings.betas, fused=True)
        return Optimiser(adam, CosineAnnealingLR(adam, steps) if self.settings.schedule == "cosine" else None)
