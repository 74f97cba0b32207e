"""The images that `sat synth` works on: a category, a folder, or one image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor

from synth_anomaly.cli.console import warn
from synth_anomaly.data import (
    ALL,
    Demo,
    Reading,
    Source,
    as_samples,
    load_images,
    open_dataset,
    read_as,
    resolve,
)
from synth_anomaly.data.detect import detect
from synth_anomaly.errors import DataError, SynthAnomalyError
from synth_anomaly.guides import guide_bytes
from synth_anomaly.interfaces import Guide, Sample, WithNotes
from synth_anomaly.options import nearest
from synth_anomaly.reporting.synthesis.texts import counted

__all__ = ["Origin", "Pictures", "find_images", "is_images"]

_BATCH = 16


@dataclass(frozen=True)
class Origin:
    """Good images, not yet read.

    Attributes:
        title: What to call them.
        samples: The images.
        is_demo: Whether they are rendered.
        notice: A line to show; may be empty.
    """

    title: str
    samples: tuple[Sample, ...]
    is_demo: bool = False
    notice: str = ""

    def read(
        self, count: int, donors: int, size: int, *, reading: Reading | None = None, skip_bad: bool = False
    ) -> Pictures:
        """Read the first images, and the next ones as donors.

        Where too few images are left over, all of them are donors; a lone image has none.

        Args:
            count: How many images at most.
            donors: How many donors at most.
            size: Side to resize to, in pixels.
            reading: How files are read; by default as :class:`Reading` says.
            skip_bad: Leave out what cannot be read.

        Raises:
            DataError: If an image cannot be read.
        """
        samples = read_as(self.samples[: count + donors], reading or Reading())[: count + donors]
        store = load_images(samples, (size, size), skip_bad=skip_bad, warn=warn)
        images = store.batch(torch.arange(len(store)))
        names = tuple(sample.name for sample in store.samples)
        if len(images) == 1:
            return Pictures(images, names, None)
        are_donors = len(images) <= count
        spare = images if are_donors else images[count:]
        return Pictures(images[:count], names[:count], spare, are_donors=are_donors)


@dataclass(frozen=True)
class Pictures:
    """Images of one size.

    Attributes:
        images: ``(N, 3, H, W)`` in [0, 1].
        names: A name each.
        donors: Other images, ``(D, 3, H, W)``; None where there are no others.
        guides: Where on each image a defect may lie, ``(N, 1, H, W)`` in [0, 1]; None is everywhere.
        are_donors: Whether the images themselves are the donors, as there are too few others.
    """

    images: Tensor
    names: tuple[str, ...]
    donors: Tensor | None
    guides: Tensor | None = None
    are_donors: bool = False

    @property
    def donors_text(self) -> str:
        """From which images content can be taken, in words."""
        if self.donors is None:
            return "no other to take content from"
        if self.are_donors:
            return "content is taken from one another"
        return f"{counted(len(self.donors), 'other')} to take content from"

    def guided(self, guide: Guide, warn: Callable[[str], None]) -> Pictures:
        """Return the same pictures with their guides, rounded as a training keeps them.

        Args:
            guide: What to compute.
            warn: Told on how many images a defect may lie nowhere.

        Raises:
            SynthAnomalyError: If a map cannot be made.
        """
        names = [self.names[start : start + _BATCH] for start in range(0, len(self.names), _BATCH)]
        kept = guide_bytes(guide, zip(torch.split(self.images, _BATCH), names, strict=True))
        empty = int((kept.flatten(1).amax(dim=1) < 128).sum())
        if empty:
            warn(
                f"the guide is below 0.5 everywhere on {empty} of {len(kept)} images, which stay normal: "
                "try another, or change its options with --set guide.NAME=VALUE"
            )
        return replace(self, guides=kept.float() / 255)


def is_images(what: str, data: str | None, dataset: str | None, folders: Mapping[str, Any]) -> bool:
    """Whether an argument names images: a category, or something that is there."""
    return what in _categories(data, dataset, folders) or Path(what).expanduser().exists()


def find_images(
    what: str | None,
    category: str | None,
    data: str | None,
    dataset: str | None,
    folders: Mapping[str, Any],
) -> Origin:
    """Return the images that the command line means.

    Args:
        what: A category, a folder, an image file, or None.
        category: A category; None for the only one, or of the usual places' the first.
        data: A folder, as in `sat run`.
        dataset: Its layout.
        folders: How folders are read, as options of a data set.

    Raises:
        DataError: If there are none.
    """
    if category == ALL:
        raise click.UsageError("sat synth shows one category: name it instead of 'all'.")
    if what is None:
        return _origin(_usual(data, dataset, category, folders), folders)
    if what in _categories(data, dataset, folders):
        if category not in (None, what):
            raise click.UsageError(f"Give one category: {what} or {category}.")
        return _origin(_usual(data, dataset, what, folders), folders)
    if data is not None or dataset is not None:
        raise DataError(_unknown(what, data, dataset, folders))
    path = Path(what).expanduser()
    if not path.exists():
        raise DataError(_unknown(what, data, dataset, folders))
    return _folder(path, category, folders) if path.is_dir() else Origin(path.name, as_samples(path, "new"))


def _usual(data: str | None, dataset: str | None, category: str | None, folders: Mapping[str, Any]) -> Source:
    source = resolve(dataset, data, category or ALL, options=folders)
    return replace(source, categories=source.categories[:1])


def _folder(path: Path, category: str | None, folders: Mapping[str, Any]) -> Origin:
    located = detect(path, "the path", folders)
    names = located.categories
    chosen = category or names[0]
    if chosen not in names:
        raise DataError(f"expected a category of {path}, got {chosen!r}: {nearest(chosen, names)}")
    root = None if located.root is None else str(located.root)
    return _origin(Source(dataset=located.dataset, root=root, categories=(chosen,), found=names), folders)


def _origin(source: Source, folders: Mapping[str, Any]) -> Origin:
    (category,) = source.categories
    dataset = open_dataset(source, category, options=folders)
    for note in dataset.notes() if isinstance(dataset, WithNotes) else ():
        warn(note)
    title = f"{dataset.name} / {category}"
    return Origin(title, tuple(dataset.train()), dataset.name == Demo.name, source.notice)


def _categories(data: str | None, dataset: str | None, folders: Mapping[str, Any]) -> tuple[str, ...]:
    with suppress(SynthAnomalyError):  # said where the images are asked for
        return resolve(dataset, data, ALL, options=folders).found
    return ()


def _unknown(what: str, data: str | None, dataset: str | None, folders: Mapping[str, Any]) -> str:
    categories = _categories(data, dataset, folders)
    place = "a category" if data or dataset else "a category, a folder of good images or an image file"
    return f"expected {place}, got {what!r}: {nearest(what, categories)}"
