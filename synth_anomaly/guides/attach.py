"""The guides of the training images: computed once, kept beside the images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import Tensor, nn

from synth_anomaly.data import ImageStore
from synth_anomaly.data.images import image_size
from synth_anomaly.errors import DataError
from synth_anomaly.guides.constant import Constant
from synth_anomaly.guides.drawn import DrawnGuides
from synth_anomaly.interfaces import Guide, NamedGuide, Report, Sample
from synth_anomaly.numerics import full_precision

__all__ = ["attach_guides", "guide_bytes", "guide_maps"]

_ALIKE = 0.02  # how far proportions may differ by rounding to whole pixels


def guide_maps(guide: Guide, images: Tensor, names: Sequence[str]) -> Tensor:
    """Return a guide's maps of images whose names are known.

    Args:
        guide: Any guide; one that needs names is given them.
        images: ``(B, 3, H, W)`` in [0, 1].
        names: One a image, such as ``"good/003"``.

    Returns:
        float32 ``(B, 1, H, W)`` in [0, 1].

    Raises:
        DataError: If the guide returns anything else.
    """
    with full_precision(images.device):
        maps = guide.named(images, names) if isinstance(guide, NamedGuide) else guide(images)
    expected = (len(images), 1, *images.shape[2:])
    if tuple(maps.shape) != expected:
        raise DataError(f"expected maps {expected} from {type(guide).__name__}, got {tuple(maps.shape)}")
    return maps.float().clamp(0, 1)


def _batches(store: ImageStore, rows: Sequence[Tensor], report: Report) -> Iterator[tuple[Tensor, list[str]]]:
    done = 0
    for index, images in zip(rows, store.batches(rows), strict=True):
        yield images, [store.samples[row].name for row in index.tolist()]
        done += len(index)
        report("guides", done, len(store))


def guide_bytes(guide: Guide, batches: Iterable[tuple[Tensor, Sequence[str]]]) -> Tensor:
    """Return a guide's maps as they are kept: uint8 ``(N, 1, H, W)`` on the CPU, 255 where a map is 1.

    Args:
        guide: Any guide.
        batches: Images and their names, one batch or more.

    Raises:
        DataError: If a map cannot be made.
    """
    with torch.inference_mode():
        parts = [guide_maps(guide, images, names) for images, names in batches]
        return torch.cat([(maps * 255).round().to("cpu", torch.uint8) for maps in parts])


def attach_guides(
    store: ImageStore,
    guide: Guide,
    *,
    batch_size: int,
    warn: Callable[[str], None] = lambda _: None,
    report: Report = lambda *_: None,
) -> None:
    """Compute the guide of each image of a store, and keep it there as uint8.

    Args:
        store: The images.
        guide: What to compute.
        batch_size: Images a batch.
        warn: Told on how many images a defect may lie nowhere, and anywhere.
        report: Told how many guides are made.

    Raises:
        DataError: If a map cannot be made.
    """
    if isinstance(guide, nn.Module):
        guide = guide.to(store.device).eval()
    rows = torch.split(torch.arange(len(store)), batch_size)
    kept = guide_bytes(guide, _batches(store, rows, report))
    store.attach_guides(kept)
    empty = int((kept.flatten(1).amax(dim=1) < 128).sum())
    if empty:
        warn(
            f"the guide is below 0.5 everywhere on {empty} of {len(store)} training images: "
            "most synthesizers make no defect there"
        )
    if isinstance(guide, DrawnGuides) and (line := _stretched(store.samples, guide)):
        warn(line)
    everywhere = int((kept.flatten(1).amin(dim=1) >= 128).sum())
    if everywhere and not isinstance(guide, Constant):
        warn(
            f"the guide is 0.5 or more everywhere on {everywhere} of {len(store)} training images: "
            "defects are made anywhere on them, as if there were no guide"
        )


def _stretched(samples: Sequence[Sample], guide: DrawnGuides) -> str:
    """Return that drawn maps have other proportions than their images; empty where none has."""
    found = []
    for sample in samples:
        if sample.path is None:
            continue
        image, drawn = image_size(sample.path), guide.size_of(sample.name)
        if abs(image[0] * drawn[1] / (image[1] * drawn[0]) - 1) > _ALIKE:
            found.append(f"{sample.name} of {image[1]}x{image[0]} with a map of {drawn[1]}x{drawn[0]}")
    if not found:
        return ""
    return (
        f"{len(found)} of {len(samples)} drawn guides have other proportions than their images, such as "
        f"{found[0]}: they are stretched; draw them on the images"
    )
