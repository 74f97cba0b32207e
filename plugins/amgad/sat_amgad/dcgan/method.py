"""The one-class DCGAN, assembled from the core's pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor
from torch.optim import Adam

from sat_amgad.dcgan.anomalies import drawn_anomalies
from sat_amgad.dcgan.networks import Autoencoder
from sat_amgad.dcgan.settings import PRESETS, DCGANSettings
from sat_amgad.equations import abnormality, adversarial_loss, deceiving_loss
from sat_amgad.judging import judged
from sat_amgad.results import published_dcgan
from synth_anomaly.backbones import Discriminator, dcgan_channels
from synth_anomaly.data import Images
from synth_anomaly.interfaces import Batch, Prediction
from synth_anomaly.losses import generator_loss, l2
from synth_anomaly.method import Method
from synth_anomaly.training import Objective, Optimiser, Stage, TrainingData

__all__ = ["DCGAN"]


class DCGAN(Method):
    """A discriminator that knows normal images from what a generator makes of them, and from anomalies.

    Images are scored by the log-odds of ``1 - D``, which rank as it does, pixels by the squared error of the
    reconstruction.

    Source: Song et al., AMGAD, section 4.2.1 and table 1: DCGAN (Radford et al. 2016) with an encoder, by
        the procedure of ALOCC (Sabokrou et al. 2018). What differs is marked as ours in
        :class:`sat_amgad.dcgan.settings.DCGANSettings`.
    """

    Settings = DCGANSettings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    after_training: ClassVar[Collection[str]] = ("judged",)
    settings: DCGANSettings

    def build(self) -> None:
        """Make the two networks."""
        settings, side = self.settings, min(self.settings.input_size)
        self.generator = Autoencoder(side, settings.width, settings.latent)
        self.discriminator = Discriminator(3, dcgan_channels(side, settings.width), last_padding=0)
        self._anomalies: Tensor | None = None

    def training_data(self, images: Images, device: torch.device, **given: Any) -> TrainingData:
        """Do as every method does, and draw the real anomalies where there are to be some."""
        if self.settings.real_anomalies:
            self._anomalies = drawn_anomalies(
                images,
                self.settings.real_anomalies,
                self.settings.input_size,
                self.seed,
                self.settings.reading,
            ).to(device)
        return super().training_data(images, device, **given)

    def stages(self) -> Sequence[Stage]:
        """Return the one stage."""
        settings = self.settings
        networks = {"generator": self.generator, "discriminator": self.discriminator}
        adam = {
            name: Adam(network.parameters(), lr=settings.learning_rate, betas=settings.betas, fused=True)
            for name, network in networks.items()
        }
        return (
            Stage(
                name="training",
                steps=settings.steps,
                batch_size=settings.batch_size,
                network=self,
                optimisers={name: Optimiser(optimiser) for name, optimiser in adam.items()},
                step=self._step,
                augment=settings.augment,
                panels=self._panels,
            ),
        )

    def forward(self, images: Tensor) -> Prediction:
        """Return the reconstruction's squared error, the log-odds of ``1 - D``, and the reconstruction."""
        made = self.generator(images)
        maps = (made - images.float()).square().mean(dim=1, keepdim=True)
        seen = images if self.settings.judged == "image" else made
        return Prediction(maps, abnormality(self.discriminator(seen).logits), made)

    @classmethod
    def published(cls, dataset: str, category: str, preset: str) -> Mapping[str, float]:
        """Return the paper's figures of a preset for a class of CIFAR-10 (table 1)."""
        return published_dcgan(dataset, category, preset)

    def _step(self, batch: Batch, random: Generator) -> Iterator[Objective]:
        """Yield the discriminator's objective, then the generator's."""
        settings, images = self.settings, batch.images
        noise = settings.noise * torch.randn(images.shape, generator=random).to(images.device)
        made = self.generator(images + noise)
        anomalies = self._anomalous(batch, random)
        real, fake, *others = judged(self.discriminator, images, made.detach(), *anomalies)
        terms = {"adversarial": adversarial_loss(real, fake)}
        if others:
            # the discriminator is to take them for fake: what a generator wants of -logit
            terms["anomaly"] = settings.anomaly_weight * generator_loss(-torch.cat(others))
        yield Objective("discriminator", terms)
        _, fake = judged(self.discriminator, images, made)
        yield Objective(
            "generator",
            {
                "adversarial": deceiving_loss(fake),
                "reconstruction": settings.reconstruction_weight * l2(made, images),
            },
        )

    def _anomalous(self, batch: Batch, random: Generator) -> list[Tensor]:
        """Return batches of synthetic and of real anomalies, those that there are to be."""
        found, settings = [], self.settings
        if settings.synthesizer is not None:
            made = settings.synthesizer(batch.images, random, guide=batch.guide, donors=batch.images)
            found.append(made.images)
        if self._anomalies is not None:
            rows = torch.randint(len(self._anomalies), (len(batch.images),), generator=random)
            found.append(self._anomalies[rows.to(self._anomalies.device)])
        return found

    def _panels(self, batch: Batch, random: Generator) -> Mapping[str, Tensor]:
        panels = {"input": batch.images, "reconstruction": self.generator(batch.images)}
        return panels | dict(zip(("anomaly", "other anomaly"), self._anomalous(batch, random), strict=False))
