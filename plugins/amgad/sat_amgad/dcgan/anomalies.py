"""Real anomalies for a training that is to see a few."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.data import Images, Reading, load_images, read_as
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size, WithAnomalies
from synth_anomaly.training import generator_for

__all__ = ["drawn_anomalies"]


def drawn_anomalies(
    images: Images, count: int, size: Size, seed: int, reading: Reading | None = None
) -> Tensor:
    """Return some of a data set's anomalous training images, drawn by a seed.

    Args:
        images: A data set that has ``anomalies()``, such as CIFAR-10's.
        count: How many.
        size: Height and width.
        seed: Decides which.
        reading: How their files are read; by default as :class:`Reading` says.

    Returns:
        ``(count, 3, H, W)`` float32 in [0, 1].

    Raises:
        DataError: If the images are no such data set, or it has fewer.
    """
    if not isinstance(images, WithAnomalies):
        raise DataError(
            f"expected a data set with anomalies to train on, got {type(images).__name__}: "
            "take --dataset cifar10, or real_anomalies=0"
        )
    samples = read_as(images.anomalies(), reading or Reading())
    if len(samples) < count:
        raise DataError(f"expected {count} anomalies, got {len(samples)}: set real_anomalies to fewer")
    rows = torch.randperm(len(samples), generator=generator_for(seed, "real anomalies"))[:count]
    store = load_images([samples[row] for row in rows.tolist()], size)
    return store.batch(torch.arange(count))
