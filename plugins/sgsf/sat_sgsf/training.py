"""Steps of training: the autoencoder that finds similar images, then the guided network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from sat_sgsf.networks import Autoencoder, Guidance, Reconstructed, Segmenter
from synth_anomaly.interfaces import Batch, Defects, Synthesizer
from synth_anomaly.losses import focal, l2, ssim_loss
from synth_anomaly.training import Objective

__all__ = [
    "GuidedSegmentation",
    "Reconstruction",
    "SelfSupervision",
    "salient_somewhere",
    "self_supervised_terms",
]

SelfSupervision = Callable[[Batch, Defects, Generator], tuple[Tensor, Tensor]]
"""Returns what the self-supervised module sees, and what it is to make of it."""


def self_supervised_terms(made: Reconstructed, truth: Tensor, weight: float = 1.0) -> dict[str, Tensor]:
    """Return equation 7's two terms, weighted: squared difference (equation 5) and 1 - SSIM (equation 6).

    Equation 5 prints a norm; here it is the mean square.
    """
    return {"l2": weight * l2(made.images, truth), "ssim": weight * ssim_loss(made.images, truth)}


@dataclass(frozen=True)
class Reconstruction:
    """Trains the autoencoder whose pooled features tell which images are alike.

    Attributes:
        autoencoder: What is trained, on normal images.
    """

    autoencoder: Autoencoder

    def step(self, batch: Batch, random: Generator) -> Iterator[Objective]:  # noqa: ARG002
        """Yield the objective."""
        made: Reconstructed = self.autoencoder(batch.images)
        yield Objective("network", self_supervised_terms(made, batch.images))

    def panels(self, batch: Batch, random: Generator) -> Mapping[str, Tensor]:  # noqa: ARG002
        """Return pictures: images and reconstructions."""
        return {"input": batch.images, "reconstruction": self.autoencoder(batch.images).images}


@dataclass(frozen=True)
class GuidedSegmentation:
    """Trains the guided network on forged defects (equation 9).

    Attributes:
        synthesizer: The Saliency Augmentation Module, with the share of forged images.
        segmenter: The segmentation module.
        autoencoder: The self-supervised module; None segments without guidance.
        guidance: Which of its features guide.
        self_supervision: What it sees, and what it is to make of it.
        weight: λ.
        tau: The focal loss's exponent.
    """

    synthesizer: Synthesizer
    segmenter: Segmenter
    autoencoder: Autoencoder | None
    guidance: Guidance
    self_supervision: SelfSupervision
    weight: float
    tau: float

    def step(self, batch: Batch, random: Generator) -> Iterator[Objective]:
        """Yield the objective."""
        defects = self._forged(batch, random)
        terms: dict[str, Tensor] = {}
        features: tuple[Tensor, ...] = ()
        if self.autoencoder is not None:
            seen, truth = self.self_supervision(batch, defects, random)
            made: Reconstructed = self.autoencoder(seen)
            features = made.guidance(self.guidance)
            terms |= self_supervised_terms(made, truth, self.weight)
        logits = self.segmenter(defects.images, features)
        terms["focal"] = focal(logits, defects.masks, self.tau)
        yield Objective("network", terms)

    def panels(self, batch: Batch, random: Generator) -> Mapping[str, Tensor]:
        """Return pictures: images, forged ones, their masks and maps, what guides and its reconstruction."""
        defects = self._forged(batch, random)
        panels = {
            "input": batch.images,
            "forged": defects.images,
            "mask": defects.masks.expand(-1, 3, -1, -1),
        }
        features: tuple[Tensor, ...] = ()
        if self.autoencoder is not None:
            seen, _ = self.self_supervision(batch, defects, random)
            made: Reconstructed = self.autoencoder(seen)
            features = made.guidance(self.guidance)
            panels |= {"guide": seen, "reconstruction": made.images}
        maps = torch.sigmoid(self.segmenter(defects.images, features).float())
        return panels | {"map": maps.expand(-1, 3, -1, -1)}

    def _forged(self, batch: Batch, random: Generator) -> Defects:
        guide = None if batch.guide is None else salient_somewhere(batch.guide)
        return self.synthesizer(batch.images, random, guide=guide, donors=batch.images)


def salient_somewhere(guides: Tensor) -> Tensor:
    """Return maps ``(B, 1, H, W)``, each that is 0 everywhere replaced by 1 everywhere (equation 3)."""
    return torch.where(guides.amax(dim=(1, 2, 3), keepdim=True) > 0, guides, 1.0)
