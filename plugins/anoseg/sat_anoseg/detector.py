"""Stage 2: the anomaly detector, trained beside the frozen segmentation network (appendix A)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn

from sat_anoseg.equations import (
    adversarial_loss,
    classification_loss,
    deceiving_loss,
    feature_loss,
    image_score,
    pair,
    reconstruction_loss,
)
from sat_anoseg.networks import Generated, Generator
from sat_anoseg.settings import AnoSegSettings
from synth_anomaly.backbones import Judgement
from synth_anomaly.interfaces import Batch
from synth_anomaly.training import Objective

__all__ = ["Detector"]


@dataclass(frozen=True)
class Detector:
    """A step of the anomaly detector, and its score.

    Attributes:
        settings: AnoSeg's settings.
        segmentation: The frozen segmentation network.
        generator: Reconstructs an image from itself and its map.
        discriminator: Judges pairs of image and map; its features make the score.
    """

    settings: AnoSegSettings
    segmentation: Generator
    generator: Generator
    discriminator: nn.Module

    def step(self, batch: Batch, random: RandomGenerator) -> Iterator[Objective]:
        """Yield the discriminator's objective, then the generator's."""
        x_nor = batch.images
        a_nor_hat = self._estimated(x_nor)
        x_nor_hat = self._reconstructed(x_nor, a_nor_hat)
        fake = pair(x_nor_hat, a_nor_hat)
        real = self._judge(x_nor, self._all_normal(x_nor))
        yield Objective("discriminator", self._discriminator_terms(batch, random, real, fake))
        judged: Judgement = self.discriminator(fake)
        settings = self.settings
        terms = {
            "reconstruction": settings.reconstruction_weight
            * reconstruction_loss(x_nor, x_nor_hat, torch.ones_like(x_nor[:, :1])),
            "adversarial": settings.adversarial_weight * deceiving_loss(judged.logits),
        }
        if settings.detector_feature_matching:
            with torch.no_grad():
                target = self._judge(x_nor, self._all_normal(x_nor)).matching_features
            terms["feature"] = settings.feature_weight * feature_loss(target, judged.matching_features)
        yield Objective("generator", terms)

    def score(self, images: Tensor, normality: Tensor) -> tuple[Tensor, Tensor]:
        """Return equation 5's score ``(B,)`` and the reconstruction, for images and their estimated maps."""
        estimated = normality if self.settings.detector_map_input else None
        reconstructed = self._reconstructed(images, estimated)
        real = self._judge(images, self._all_normal(images)).matching_features
        fake = self._judge(reconstructed, estimated).matching_features
        return image_score(
            real, fake, images, reconstructed, self.settings.alpha, self.settings.beta
        ), reconstructed

    def _discriminator_terms(
        self, batch: Batch, random: RandomGenerator, real: Judgement, fake: Tensor
    ) -> dict[str, Tensor]:
        terms = {"adversarial": adversarial_loss(real.logits, self.discriminator(fake.detach()).logits)}
        if self.settings.detector_classification:
            defects = self.settings.synthesizer(batch.images, random, guide=batch.guide, donors=batch.images)
            a_ano = (1 - defects.masks).expand(-1, self.settings.map_channels, -1, -1)
            synthetic = self._judge(defects.images, a_ano if self.settings.detector_map_input else None)
            terms["classification"] = classification_loss(real.logits, synthetic.logits)
        return terms

    def _estimated(self, images: Tensor) -> Tensor | None:
        if not self.settings.detector_map_input:
            return None
        with torch.no_grad():
            generated: Generated = self.segmentation(images)
        return generated.normality

    def _all_normal(self, images: Tensor) -> Tensor | None:
        if not self.settings.detector_map_input:
            return None
        count, _, height, width = images.shape
        return images.new_ones(count, self.settings.map_channels, height, width)

    def _reconstructed(self, images: Tensor, maps: Tensor | None) -> Tensor:
        generated: Generated = self.generator(pair(images, maps))
        assert generated.images is not None  # noqa: S101  # the detector's generator always decodes an image
        return generated.images

    def _judge(self, images: Tensor, maps: Tensor | None) -> Judgement:
        judged: Judgement = self.discriminator(pair(images, maps))
        return judged
