"""Stage 1: the attention network against its discriminator (section 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn

from sat_amgad.equations import (
    adversarial_loss,
    attention_loss,
    concat,
    deceiving_loss,
    divergence,
    negative_log_likelihood,
)
from sat_amgad.judging import judged
from sat_amgad.networks import AttentionGenerator, Generated
from sat_amgad.settings import AMGADSettings
from synth_anomaly.interfaces import Batch
from synth_anomaly.training import Objective

__all__ = ["Attention"]

_Loss = Callable[..., Tensor]


@dataclass(frozen=True)
class Attention:
    """A step of the attention network.

    Attributes:
        settings: AMGAD's settings.
        generator: Makes ``x_Re`` and ``A_Gen``.
        discriminator: Judges pairs of image and map.
    """

    settings: AMGADSettings
    generator: AttentionGenerator
    discriminator: nn.Module

    def step(self, batch: Batch, random: RandomGenerator) -> Iterator[Objective]:
        """Yield the discriminator's objective, then the generator's (equation 5)."""
        x_ano, a_ano = self._anomalies(batch, random)
        # batches come in random order, so the first are any
        x_in = batch.images[: self.settings.normal_images(len(batch.images))]
        a_nor = torch.ones_like(a_ano[: len(x_in)])
        generated = self.generator(torch.cat([x_in, x_ano]), random)
        real = concat(x_in, a_nor)
        if self.settings.adversarial_anomaly:
            real = torch.cat([real, concat(x_ano, a_ano)])
        fake = concat(generated.images, generated.attention)[: len(real)]
        sides = partial(_sides, count=len(x_in))
        yield Objective(
            "discriminator", sides(adversarial_loss, *judged(self.discriminator, real, fake.detach()))
        )
        weight = self.settings.adversarial_weight
        deceiving = sides(deceiving_loss, judged(self.discriminator, real, fake)[1])
        terms = {name: weight * term for name, term in deceiving.items()}
        yield Objective("generator", terms | self._terms(x_in, a_nor, a_ano, generated))

    def panels(self, batch: Batch, random: RandomGenerator) -> Mapping[str, Tensor]:
        """Return pictures of a batch: images, synthetic anomalies, their masks, maps and reconstructions."""
        x_ano, a_ano = self._anomalies(batch, random)
        generated = self.generator(x_ano)
        return {
            "input": batch.images,
            "defect": x_ano,
            "mask": (1 - a_ano).expand(-1, 3, -1, -1),
            "map": (1 - generated.attention).expand(-1, 3, -1, -1),
            "reconstruction": generated.images,
        }

    def _anomalies(self, batch: Batch, random: RandomGenerator) -> tuple[Tensor, Tensor]:
        """Return ``x_Ano`` and ``A_Ano``."""
        defects = self.settings.synthesizer(batch.images, random, guide=batch.guide, donors=batch.images)
        return defects.images, 1 - defects.masks

    def _terms(self, x_in: Tensor, a_nor: Tensor, a_ano: Tensor, generated: Generated) -> dict[str, Tensor]:
        settings, count = self.settings, len(x_in)
        x_re, a_gen_nor, a_gen_ano = (
            generated.images[:count],
            generated.attention[:count],
            generated.attention[count:],
        )
        kl = divergence(generated.mean[:count], generated.log_variance[:count], x_in[0].numel())
        terms = {
            "reconstruction": settings.reconstruction_weight * negative_log_likelihood(x_in, x_re).mean(),
            "divergence": settings.divergence_weight * kl,
        }
        if settings.attention_loss:
            loss = attention_loss(a_gen_nor, a_nor, a_gen_ano, a_ano, settings.attention_norm)
            terms["attention"] = settings.attention_weight * loss
        return terms


def _sides(loss: _Loss, *logits: Tensor, count: int) -> dict[str, Tensor]:
    """Return a loss of the normal images (equation 1) and, if any, of the anomalies (equation 2)."""
    terms = {"adversarial": loss(*(part[:count] for part in logits))}
    if len(logits[0]) > count:
        terms["adversarial_anomaly"] = loss(*(part[count:] for part in logits))
    return terms
