"""A step of training, the crops that it sees, and what is validated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor, nn

from sat_ssae.objectives import amplifying, filtering
from sat_ssae.settings import SSAESettings
from synth_anomaly.interfaces import Batch, Defects, Size
from synth_anomaly.training import Objective, TrainingData, generator_for

__all__ = ["Training", "crop", "crop_size"]


@dataclass(frozen=True)
class Training:
    """Trains one model with one of the objectives, on crops of one size.

    Attributes:
        settings: SSAE's settings.
        seed: The run's; decides the corruptions of validation.
        network: The autoencoder.
        amplifies: Whether it minimises equation 4 instead of equation 1.
        size: Height and width of the crops.
    """

    settings: SSAESettings
    seed: int
    network: nn.Module
    amplifies: bool
    size: Size

    def step(self, batch: Batch, random: Generator) -> Iterator[Objective]:
        """Yield the objective."""
        batch = crop(batch, self.size, random)
        defects = self._corrupted(batch.images, random, batch.guide)
        yield Objective("network", {"objective": self._objective(batch.images, defects)})

    def panels(self, batch: Batch, random: Generator) -> Mapping[str, Tensor]:
        """Return pictures: input, corrupted copy, output, and how corrupted copy and output differ."""
        batch = crop(batch, self.size, random)
        defects = self._corrupted(batch.images, random, batch.guide)
        output: Tensor = self.network(defects.images)
        return {
            "input": batch.images,
            "corrupted": defects.images,
            "output": output,
            "difference": (output - defects.images).abs(),
            "mask": defects.masks.expand(-1, 3, -1, -1),
        }

    def figure(self, data: TrainingData) -> float:
        """Return the objective on the images held back, whole and with the same corruptions each time."""
        store = data.validation
        assert store is not None  # noqa: S101  # the settings ask for images held back
        total = torch.zeros((), device=store.device)
        for number, index in enumerate(torch.split(torch.arange(len(store)), self.settings.batch_size)):
            images = store.batch(index)
            random = generator_for(self.seed, "validation", number)
            defects = self._corrupted(images, random, store.guide_batch(index))
            total += self._objective(images, defects) * len(index)
        return float(total) / len(store)

    def _corrupted(self, images: Tensor, random: Generator, guide: Tensor | None) -> Defects:
        return self.settings.synthesizer(images, random, guide=guide, donors=images)

    def _objective(self, images: Tensor, defects: Defects) -> Tensor:
        settings, output = self.settings, self.network(defects.images)
        if self.amplifies:
            weight = settings.amplifying_weight
            return amplifying(output, images, defects.images, defects.masks, weight, settings.normaliser)
        return filtering(output, images, defects.images, defects.masks, settings.weight)


def crop_size(size: Size, share: float, stride: int) -> Size:
    """Return a share of a size, in multiples of a stride and at least once.

    Example:
        >>> crop_size((512, 256), 0.25, 8)
        (128, 64)
    """
    height, width = (max(stride, round(side * share / stride) * stride) for side in size)
    return height, width


def crop(batch: Batch, size: Size, random: Generator) -> Batch:
    """Return a batch cut to a size, each image and its guide at a place of its own, drawn on the CPU."""
    have, device = batch.images.shape[-2:], batch.images.device
    if tuple(have) == size:
        return batch
    top, left = (
        (torch.rand(len(batch.images), generator=random) * (whole - part + 1)).long().to(device)
        for whole, part in zip(have, size, strict=True)
    )
    rows = top[:, None] + torch.arange(size[0], device=device)
    columns = left[:, None] + torch.arange(size[1], device=device)
    guide = None if batch.guide is None else _cut(batch.guide, rows, columns)
    return replace(batch, images=_cut(batch.images, rows, columns), guide=guide)


def _cut(whole: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return the given rows, ``(B, h)``, and columns, ``(B, w)``, of each image."""
    image = torch.arange(len(whole), device=whole.device)[:, None, None]
    return whole[image, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2).contiguous()
