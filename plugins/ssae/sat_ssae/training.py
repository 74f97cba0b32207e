"""A step of training, the crops that it sees, and what is validated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor, nn

from sat_ssae.network import STRIDE
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
        """Return pictures: the input, its corrupted copy, what the network makes of it, and its difference."""
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
        for number, index in enumerate(torch.arange(len(store)).split(self.settings.batch_size)):
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


def crop_size(size: Size, share: float) -> Size:
    """Return a share of a size, in multiples of 8 and at least 8.

    Example:
        >>> crop_size((512, 256), 0.25)
        (128, 64)
    """
    height, width = (max(STRIDE, round(side * share / STRIDE) * STRIDE) for side in size)
    return height, width


def crop(batch: Batch, size: Size, random: Generator) -> Batch:
    """Return a batch cut to a size, each image and its guide at a place of its own, drawn on the CPU."""
    height, width = batch.images.shape[-2:]
    if (height, width) == size:
        return batch
    count, device = len(batch.images), batch.images.device
    places = [torch.rand(count, generator=random) * (have - want + 1) for have, want in zip((height, width), size, strict=True)]
    top, left = (place.long().to(device, non_blocking=True) for place in places)
    rows = top[:, None] + torch.arange(size[0], device=device)
    columns = left[:, None] + torch.arange(size[1], device=device)
    cut: Callable[[Tensor], Tensor] = lambda whole: whole[torch.arange(count, device=device)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2).contiguous()
    guide = None if batch.guide is None else cut(batch.guide)
    return replace(batch, images=cut(batch.images), guide=guide)
