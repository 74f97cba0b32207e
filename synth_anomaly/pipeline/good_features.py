"""The features of the good images, computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from synth_anomaly.augmentation import augment_alike
from synth_anomaly.interfaces import Augmentation
from synth_anomaly.randomness import seed_for
from synth_anomaly.training import TrainingData

__all__ = ["GoodFeatures"]

_BATCH = 16
_BUDGET_BYTES = 2 << 30


class GoodFeatures:
    """Feature maps of all training images, kept in half precision where they fit, else computed again.

    Args:
        network: Computes a batch's feature maps.
        data: The good images, and the callback that reports progress.
        augment: Where given, each image is there a second time, augmented.
        seed: Decides how they are augmented.
    """

    def __init__(
        self,
        network: Callable[[Tensor], list[Tensor]],
        data: TrainingData,
        augment: Augmentation | None,
        seed: int,
    ) -> None:
        self._network = network
        self._data = data
        self._augment = augment
        self._seed = seed
        self._kept: list[list[Tensor]] = []

    def __len__(self) -> int:
        """How many images there are, augmented ones included."""
        return len(self._data.train) * (1 if self._augment is None else 2)

    def __iter__(self) -> Iterator[list[Tensor]]:
        """Yield the feature maps of 16 images at a time, float32, in order."""
        if self._kept:
            for batch in self._kept:
                yield [level.float() for level in batch]
            return
        kept: list[list[Tensor]] = []
        fits = True
        for start in range(0, len(self), _BATCH):
            batch = [level.half() for level in self._computed(range(start, min(start + _BATCH, len(self))))]
            self._data.report("features of good images", min(start + _BATCH, len(self)), len(self))
            size = sum(level.nbytes for level in batch) * len(self) / _BATCH
            fits = fits and size <= _BUDGET_BYTES
            if fits:
                kept.append(batch)
            yield [level.float() for level in batch]
        self._kept = kept if fits else []

    def rows(self, index: Tensor) -> list[Tensor]:
        """Return the feature maps of some images, float32; those that iterating gives."""
        rows = index.tolist()
        if not self._kept:
            return [level.half().float() for level in self._computed(rows)]
        count = len(self._kept[0])
        return [
            torch.stack([self._kept[row // _BATCH][level][row % _BATCH] for row in rows]).float()
            for level in range(count)
        ]

    @torch.no_grad()
    def _computed(self, rows: range | list[int]) -> list[Tensor]:
        count = len(self._data.train)
        images = self._data.train.batch(torch.tensor([row % count for row in rows]))
        for place, row in enumerate(rows):
            if row >= count and self._augment is not None:
                seed = seed_for(self._seed, "augmented", row)
                images[place : place + 1] = augment_alike(
                    self._augment, images[place : place + 1], seed=seed
                )[0]
        # as before training, also where a step asks for them
        with torch.autocast(images.device.type, enabled=False):
            return self._network(images)
