"""Stage 2: ADGAN on gated features, trained beside the frozen attention network (section 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn

from sat_amgad.averaging import Average
from sat_amgad.equations import abnormality, adversarial_loss, deceiving_loss, gated
from sat_amgad.judging import judged
from sat_amgad.networks import AttentionGenerator, FeatureGenerator, FirstLayers
from sat_amgad.settings import AMGADSettings
from synth_anomaly.interfaces import Batch
from synth_anomaly.losses import generator_loss, l2
from synth_anomaly.training import Objective

__all__ = ["ADGAN"]


@dataclass(frozen=True)
class ADGAN:
    """A step of ADGAN, and its score.

    Attributes:
        settings: AMGAD's settings.
        attention: The frozen attention network's generator.
        generator: Reconstructs gated features.
        discriminator: Takes normal gated features for real.
        average: A running average of the discriminator, which scores; None where there is none.
    """

    settings: AMGADSettings
    attention: AttentionGenerator
    generator: FeatureGenerator
    discriminator: nn.Module
    average: Average | None

    def step(self, batch: Batch, random: RandomGenerator) -> Iterator[Objective]:
        """Yield the discriminator's objective, then the generator's."""
        settings, f_nor = self.settings, self.features(batch.images)
        reconstructed = self.generator(f_nor)
        yield Objective(
            "discriminator", self._discriminator_terms(f_nor, reconstructed.detach(), batch, random)
        )
        _, fake = judged(self.discriminator, f_nor, reconstructed)
        yield Objective(
            "generator",
            {
                "adversarial": settings.adgan_adversarial_weight * deceiving_loss(fake),
                "reconstruction": settings.adgan_reconstruction_weight * l2(reconstructed, f_nor),
            },
        )
        if self.average is not None:
            self.average.follow(self.discriminator)

    def features(self, images: Tensor, attention: Tensor | None = None) -> Tensor:
        """Return ``F_Nor``, the gated features of images (equation 6); no gradient reaches them.

        Args:
            images: ``(B, 3, H, W)`` in [0, 1].
            attention: ``A_Gen`` of them, where it is known already.
        """
        with torch.no_grad():
            f_img = FirstLayers(self.attention.encoder)(images)
            return gated(f_img, self.attention(images).attention if attention is None else attention)

    def score(self, features: Tensor) -> Tensor:
        """Return the log-odds of ``1 - D``, ``(B,)``, for gated features or their reconstruction.

        Args:
            features: ``F_Nor``; the setting ``judged`` says which of the two is judged.
        """
        judge: nn.Module = self.discriminator if self.average is None else self.average.network
        seen = features if self.settings.judged == "gated" else self.generator(features)
        return abnormality(judge(seen).logits)

    def _discriminator_terms(
        self, f_nor: Tensor, reconstructed: Tensor, batch: Batch, random: RandomGenerator
    ) -> dict[str, Tensor]:
        weight = self.settings.synthetic_weight
        if not weight:
            return {"adversarial": adversarial_loss(*judged(self.discriminator, f_nor, reconstructed))}
        defects = self.settings.adgan_defects(batch.images, random, guide=batch.guide, donors=batch.images)
        real, fake, synthetic = judged(
            self.discriminator, f_nor, reconstructed, self.features(defects.images)
        )
        # the discriminator is to take them for fake: what a generator wants of -logit
        return {"adversarial": adversarial_loss(real, fake), "synthetic": weight * generator_loss(-synthetic)}
