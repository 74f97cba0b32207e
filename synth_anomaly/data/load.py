"""Reading the training images into a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import torch

from synth_anomaly.data.decode import WORKERS, Skipped, in_order, or_skipped, read_resized
from synth_anomaly.data.remarks import ImageRemarks
from synth_anomaly.data.store import ImageStore
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample, Size

__all__ = ["BUDGET_BYTES", "load_images"]

BUDGET_BYTES = 2 << 30
"""How many bytes of images are kept on the computing device unless told otherwise."""

_NAMED = 3


def load_images(
    samples: Sequence[Sample],
    size: Size,
    *,
    device: torch.device | str = "cpu",
    budget_bytes: int = BUDGET_BYTES,
    skip_bad: bool = False,
    workers: int = WORKERS,
    warn: Callable[[str], None] = lambda _: None,
    remarks: ImageRemarks | None = None,
) -> ImageStore:
    """Read every image once, so that a bad file is found before training, and keep what fits.

    Args:
        samples: What to read; the store's rows are in this order.
        size: Height and width to resize to.
        device: Where batches are wanted.
        budget_bytes: Most bytes to keep as uint8 on the device; images that need more are streamed.
        skip_bad: Leave out images that cannot be read instead of stopping.
        workers: Threads that read.
        warn: Told, in a line each, of images left out, of images of several sizes, and of how files were
            read where that needs saying.
        remarks: Takes what is to be said of how files were read instead, where more are to come.

    Returns:
        A store, which lists what it left out.

    Raises:
        DataError: If an image cannot be read and ``skip_bad`` is not set, or none can.
    """
    fits = len(samples) * 3 * size[0] * size[1] <= budget_bytes
    pixels = torch.empty((len(samples) if fits else 0, 3, *size), dtype=torch.uint8)
    kept: list[Sample] = []
    skipped: list[Skipped] = []
    sizes: Counter[Size] = Counter()
    found = ImageRemarks() if remarks is None else remarks
    read = or_skipped(partial(read_resized, size=size), skip_bad)
    with ThreadPoolExecutor(workers, "decode") as pool:
        for sample, result in zip(samples, in_order(pool, read, samples, 4 * workers), strict=True):
            if isinstance(result, Skipped):
                skipped.append(result)
                continue
            if fits:
                pixels[len(kept)] = torch.from_numpy(result[0])
            kept.append(sample)
            sizes[result[1]] += 1
            found.add(result[2])
    _check_some_left(kept, skipped)
    _report(sizes, size, skipped, warn)
    device = torch.device(device)
    resident = pixels[: len(kept)].to(device) if fits else None
    store = ImageStore(kept, size, device=device, resident=resident, skipped=skipped, workers=workers)
    if remarks is None:
        store.remarks = tuple(found.lines())
        for remark in store.remarks:
            warn(remark.text)
    return store


def _check_some_left(kept: Sequence[Sample], skipped: Sequence[Skipped]) -> None:
    if not kept:
        reason = (
            f"({skipped[0].reason})" if skipped else "(there are none): choose another folder or category"
        )
        raise DataError(f"expected at least one readable image, got none {reason}")


def _report(
    sizes: Counter[Size], size: Size, skipped: Sequence[Skipped], warn: Callable[[str], None]
) -> None:
    if skipped:
        reasons = _some([skip.reason for skip in skipped])
        warn(f"left out {len(skipped)} of {sizes.total() + len(skipped)} images: {reasons}")
    if len(sizes) > 1:
        (most, count), *rest = sizes.most_common()
        others = _some([_pixels(other) for other, _ in rest])
        warn(
            f"{count} of {sizes.total()} images are {_pixels(most)}, the rest {others}: "
            f"all resized to {_pixels(size)}"
        )


def _some(parts: Sequence[str]) -> str:
    more = [f"and {len(parts) - _NAMED} more"] if len(parts) > _NAMED else []
    return "; ".join([*parts[:_NAMED], *more])


def _pixels(size: Size) -> str:
    return f"{size[1]}x{size[0]}"
