"""The test images with their truth, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth_anomaly.data.decode import (
    WORKERS,
    Skipped,
    as_float,
    decoded_checked,
    in_order,
    mask_checked,
    or_skipped,
)
from synth_anomaly.data.images import ImageFacts
from synth_anomaly.data.masks import Mask
from synth_anomaly.data.remarks import ImageRemarks, MaskRemarks, Remark
from synth_anomaly.data.resize import resize_image, resize_mask
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample, Size

__all__ = ["LabelledBatch", "LabelledImages", "ScoreSize", "load_test"]

ScoreSize = Literal["input", "native"]
"""Where maps meet masks: at the network's input size, or at each image's own size."""


@dataclass(frozen=True, kw_only=True)
class LabelledBatch:
    """Test images with their truth.

    Attributes:
        samples: Where they come from.
        images: float32 ``(B, 3, H, W)`` in [0, 1], at the input size.
        labels: bool ``(B,)``, True is defective.
        masks: bool ``(h, w)`` for each image, True is a defect, None for a defective image without a mask;
            None where no defective image has one.
        sizes: ``(h, w)`` for each image: the size at which its map is scored.
    """

    samples: tuple[Sample, ...]
    images: Tensor
    labels: npt.NDArray[np.bool_]
    masks: tuple[npt.NDArray[np.bool_] | None, ...] | None
    sizes: tuple[Size, ...]


@dataclass
class LabelledImages:
    """Test images, read while they are iterated over, a batch ahead. :func:`load_test` makes it.

    Attributes:
        samples: All test images.
        size: Height and width that the network gets.
        device: Where the batches of images are wanted.
        batch_size: Images a batch.
        score_size: At which size masks are given.
        skip_bad: Whether samples that cannot be used are left out.
        workers: Threads that read.
        has_masks: Whether a defective image has a mask.
        skipped: What the last pass left out.
        remarks: What is to be said of how the last pass read files.
    """

    samples: tuple[Sample, ...]
    size: Size
    device: torch.device
    batch_size: int
    score_size: ScoreSize
    skip_bad: bool
    workers: int
    has_masks: bool
    skipped: tuple[Skipped, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def __len__(self) -> int:
        """Return how many images there are, bad ones included."""
        return len(self.samples)

    def __iter__(self) -> Iterator[LabelledBatch]:
        self.skipped, self.remarks = (), ()
        images, masks = ImageRemarks(), MaskRemarks()
        waiting: list[_Read] = []
        with ThreadPoolExecutor(self.workers, "decode") as pool:
            read = or_skipped(self._read, self.skip_bad)
            for result in in_order(pool, read, self.samples, self.batch_size):
                if isinstance(result, Skipped):
                    self.skipped += (result,)
                else:
                    images.add(result.facts)
                    if result.truth is not None:
                        masks.add(result.sample.name, result.truth)
                    waiting.append(replace(result, truth=None))
                if len(waiting) == self.batch_size:
                    yield self._batch(waiting)
                    waiting = []
        self.remarks = (*images.lines(), *masks.lines())
        if waiting:
            yield self._batch(waiting)

    def _read(self, sample: Sample) -> _Read:
        image = decoded_checked(sample)
        native = (image.pixels.shape[0], image.pixels.shape[1])
        size = native if self.score_size == "native" else self.size
        is_known = not sample.is_defective or sample.read_mask is not None
        mask = mask_checked(sample, native) if self.has_masks and is_known else None
        return _Read(
            sample,
            resize_image(image.pixels, self.size),
            None if mask is None else resize_mask(mask.marked, size),
            size,
            image.facts,
            mask if sample.is_defective else None,
        )

    def _batch(self, items: Sequence[_Read]) -> LabelledBatch:
        pixels = torch.from_numpy(np.stack([item.pixels for item in items]))
        masks = tuple(item.mask for item in items)
        return LabelledBatch(
            samples=tuple(item.sample for item in items),
            images=as_float(pixels.to(self.device).permute(0, 3, 1, 2).contiguous()),
            labels=np.array([item.sample.is_defective for item in items]),
            masks=masks if self.has_masks else None,
            sizes=tuple(item.size for item in items),
        )


@dataclass(frozen=True)
class _Read:
    sample: Sample
    pixels: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.bool_] | None
    size: Size
    facts: ImageFacts | None
    truth: Mask | None


def load_test(
    samples: Sequence[Sample],
    size: Size,
    *,
    device: torch.device | str = "cpu",
    batch_size: int = 16,
    score_size: ScoreSize = "input",
    skip_bad: bool = False,
    workers: int = WORKERS,
) -> LabelledImages:
    """Prepare test images for iterating over, batch by batch; files are read only then.

    Args:
        samples: Good and defective images.
        size: Height and width that the network gets.
        device: Where the batches of images are wanted.
        batch_size: Images a batch, 1 or more; the last batch may be smaller.
        score_size: Whether masks are given at ``size`` or at each image's own size.
        skip_bad: Leave out samples whose image or mask cannot be used instead of stopping.
        workers: Threads that read.

    Returns:
        What yields :class:`LabelledBatch`; it raises a DataError for a bad file, and for a mask of
        another size than its image.

    Raises:
        DataError: If the score size is another.
    """
    if score_size not in ("input", "native"):
        raise DataError(f"expected a score size of 'input' or 'native', got {score_size!r}: choose one")
    return LabelledImages(
        samples=tuple(samples),
        size=size,
        device=torch.device(device),
        batch_size=batch_size,
        score_size=score_size,
        skip_bad=skip_bad,
        workers=workers,
        has_masks=any(sample.is_defective and sample.read_mask is not None for sample in samples),
    )
