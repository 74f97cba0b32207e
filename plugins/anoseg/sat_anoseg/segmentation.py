"""Stage 1: the segmentation network against its discriminator (sections 3.1 to 3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn

from sat_anoseg.equations import (
    adversarial_loss,
    deceiving_loss,
    pair,
    reconstruction_loss,
    segmentation_loss,
)
from sat_anoseg.networks import Generator
from sat_anoseg.settings import AnoSegSettings
from synth_anomaly.interfaces import Batch
from synth_anomaly.training import Objective

__all__ = ["Segmentation"]


@dataclass(frozen=True)
class Segmentation:
    """A step of the segmentation network.

    Attributes:
        settings: AnoSeg's settings.
        generator: Makes ``Â_Seg`` and, in adversarial training, ``x̂_Seg``.
        discriminator: Judges pairs; None where training is not adversarial.
    """

    settings: AnoSegSettings
    generator: Generator
    discriminator: nn.Module | None

    def step(self, batch: Batch, random: RandomGenerator) -> Iterator[Objective]:
        """Yield the discriminator's objective, then the generator's."""
        x_seg, a_seg = self._x_seg(batch, random)
        generated = self.generator(x_seg)
        a_seg_hat, x_seg_hat = generated.normality, generated.images
        if self.discriminator is not None:
            fake = pair(x_seg_hat, a_seg_hat)
            real_logits = self.discriminator(pair(x_seg, a_seg)).logits
            fake_logits = self.discriminator(fake.detach()).logits
            yield Objective("discriminator", {"adversarial": adversarial_loss(real_logits, fake_logits)})
        settings = self.settings
        terms = {
            "segmentation": settings.segmentation_weight
            * segmentation_loss(a_seg, a_seg_hat, settings.segmentation_loss)
        }
        if self.discriminator is not None:
            terms["reconstruction"] = settings.reconstruction_weight * reconstruction_loss(
                x_seg, x_seg_hat, a_seg[:, :1]
            )
            terms["adversarial"] = settings.adversarial_weight * deceiving_loss(
                self.discriminator(fake).logits
            )
        yield Objective("generator", terms)

    def panels(self, batch: Batch, random: RandomGenerator) -> Mapping[str, Tensor]:
        """Return pictures of a batch: its images, their synthetic defects, what the network makes of them."""
        x_seg, a_seg = self._x_seg(batch, random)
        x_ano, a_ano = (joined[-len(batch.images) :] for joined in (x_seg, a_seg))
        generated = self.generator(x_ano)
        assert generated.normality is not None  # noqa: S101  # stage 1 always decodes a map
        panels = {
            "input": batch.images,
            "defect": x_ano,
            "mask": _grey(1 - a_ano),
            "map": _grey(1 - generated.normality),
        }
        return panels if generated.images is None else {**panels, "reconstruction": generated.images}

    def _x_seg(self, batch: Batch, random: RandomGenerator) -> tuple[Tensor, Tensor]:
        """Return equation 1's ``x_Seg`` and ``A_Seg``: normal images first, then synthetic defects."""
        defects = self.settings.synthesizer(batch.images, random, guide=batch.guide, donors=batch.images)
        share = self.settings.normal_share
        # batches come in random order, so the first are any
        normal = batch.images[: round(len(batch.images) * share / (1 - share))]
        a_nor = torch.ones_like(defects.masks[: len(normal)])
        a_seg = torch.cat([a_nor, 1 - defects.masks])
        return torch.cat([normal, defects.images]), a_seg.expand(-1, self.settings.map_channels, -1, -1)


def _grey(maps: Tensor) -> Tensor:
    return maps.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
