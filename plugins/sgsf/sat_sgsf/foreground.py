"""How much of what is forged lies on the object: saliency Perlin noise against plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Generator, Tensor

from synth_anomaly.data import load_images, resize_mask
from synth_anomaly.errors import DataError
from synth_anomaly.guides import attach_guides, guide_maps
from synth_anomaly.interfaces import Dataset, Guide, Sample
from synth_anomaly.synthesizers import Perlin, SaliencyPerlin

__all__ = ["OnObject", "forged_on_objects", "shares_of"]

_BATCH = 16
Truth = Literal["a guide of its own", "the data set", "the saliency itself"]


@dataclass(frozen=True)
class OnObject:
    """Which share of the forged pixels lies on the object.

    Attributes:
        saliency: With the paper's saliency Perlin noise.
        plain: With DRAEM's Perlin noise.
        object_share: Share of the images that is object.
        truth: What says where the object is.
        images: How many images were measured.
        defects: Masks drawn on each.
    """

    saliency: float
    plain: float
    object_share: float
    truth: Truth
    images: int
    defects: int


def shares_of(saliency: Tensor, objects: Tensor, defects: int, seed: int = 0) -> tuple[float, float]:
    """Return the share of forged pixels on objects, with saliency Perlin noise and with plain.

    Args:
        saliency: ``(B, 1, H, W)`` in [0, 1].
        objects: bool ``(B, 1, H, W)``.
        defects: Masks to draw for each image.
        seed: Decides the noise.

    Raises:
        DataError: If nothing is forged.
    """
    generator, size = Generator().manual_seed(seed), (saliency.shape[2], saliency.shape[3])
    salient, plain = SaliencyPerlin(a=0.4, b=0.2), Perlin((1, 32), octaves=1, threshold=0.5)
    counts = torch.zeros(2, 2, dtype=torch.float64)
    for _ in range(defects):
        drawn = salient.draw(len(saliency), size, generator)
        for row, masks in enumerate((salient.guided_masks(drawn, size, saliency), plain.masks(drawn, size))):
            counts[row] += torch.stack([masks[objects].sum(), masks.sum()]).double()
    on, total = counts.unbind(dim=1)
    if not total.all():
        raise DataError("expected forged pixels, got none: give another --guide, or more --images")
    saliency_share, plain_share = (on / total).tolist()
    return saliency_share, plain_share


def forged_on_objects(
    dataset: Dataset,
    guide: Guide,
    *,
    objects: Guide | None = None,
    size: int = 256,
    images: int = 64,
    defects: int = 8,
    seed: int = 0,
) -> OnObject:
    """Measure it on good images of a data set.

    Args:
        dataset: Where the images come from.
        guide: The saliency.
        objects: Says where the object is, by at least 0.5; None asks the data set, and where that
            does not know either, the saliency itself: what is forged with it then lies on the object anyhow.
        size: Side of the square that images are resized to.
        images: How many to measure at most.
        defects: Masks to draw on each.
        seed: Decides the noise.

    Raises:
        DataError: If an image cannot be read.
    """
    store = load_images(dataset.train()[:images], (size, size))
    attach_guides(store, guide, batch_size=_BATCH)
    rows = torch.arange(len(store))
    saliency = store.guide_batch(rows)
    assert saliency is not None  # noqa: S101  # just attached
    truth: Truth
    if objects is not None:
        names = [sample.name for sample in store.samples]
        shown, truth = guide_maps(objects, store.batch(rows), names) >= 0.5, "a guide of its own"
    elif (known := _known_objects(store.samples, size)) is not None:
        shown, truth = known, "the data set"
    else:
        shown, truth = saliency >= 0.5, "the saliency itself"
    shares = shares_of(saliency, shown, defects, seed)
    return OnObject(*shares, float(shown.float().mean()), truth, len(store), defects)


def _known_objects(samples: Sequence[Sample], size: int) -> Tensor | None:
    known = [sample.read_object for sample in samples]
    if not all(known):
        return None
    masks = [resize_mask(read(), (size, size)) for read in known if read is not None]
    return torch.from_numpy(np.stack(masks))[:, None].bool()
