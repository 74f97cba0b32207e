"""Files and folders of images, as a user names them, as samples."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from synth_anomaly.data.detect import detect
from synth_anomaly.data.image_file import dataset_as
from synth_anomaly.data.kind_names import GOOD, is_truth
from synth_anomaly.data.listing import list_images
from synth_anomaly.data.reading import Reading
from synth_anomaly.data.samples import file_sample
from synth_anomaly.data.source import Source, open_dataset
from synth_anomaly.data.unread import Unread
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset, Sample, WithNotes

__all__ = ["ImagePaths"]


@dataclass(frozen=True, kw_only=True)
class ImagePaths:
    """Files and folders of images.

    Args:
        paths: The files and folders.
        subfolders: Whether images in their subfolders are read too, at any depth.
        mask_suffix: What follows an image's name in that of a mask beside it, besides the usual suffixes.
        reading: How masks are read that tell which images of a product are defective.
        warn: Called with a line on what was not read.
    """

    paths: Sequence[Path]
    subfolders: bool = False
    mask_suffix: tuple[str, ...] = ()
    reading: Reading = Reading()  # noqa: RUF009  # it never changes
    warn: Callable[[str], None] = lambda _: None

    def new(self) -> tuple[Sample, ...]:
        """Return every image, by its path below the folder that all share, without suffix.

        Raises:
            DataError: If a path is not there, or a folder holds no image.
        """
        base, unread = _shared(self.paths), Unread()
        files = [file for path in self.paths for file in self._files(path, unread)]
        if unread:
            self.warn(unread.text())
        return tuple(_from_file(file, base) for file in files)

    def of_products(self, part: Callable[[Dataset], Sequence[Sample]]) -> tuple[Sample, ...]:
        """Return a part of the one product in each folder, and every file.

        Args:
            part: Returns the images of a data set that are wanted.

        Raises:
            DataError: If a path is not there, or a folder is no data set of one product.
        """
        base = _shared(self.paths)
        samples: list[Sample] = []
        for path in self.paths:
            _check_there(path)
            if path.is_dir():
                samples += part(self._dataset(path))
            else:
                samples.append(_from_file(path, base))
        return tuple(samples)

    def _files(self, path: Path, unread: Unread) -> list[Path]:
        _check_there(path)
        if not path.is_dir():
            return [path]
        listing = list_images(path, deep=self.subfolders, apart=is_truth, mask_suffix=self.mask_suffix)
        listing.unread.suffixes.update(note.suffix.lower() for note in listing.notes)
        if not listing.images:
            also = f" ({', '.join(parts)})" if (parts := listing.unread.parts()) else ""
            raise DataError(f"expected images in {path}, found none{also}: name a folder that holds some")
        unread += listing.unread
        return listing.images

    def _dataset(self, path: Path) -> Dataset:
        """Return the one product in a folder, in the layout that it has."""
        options = {"subfolders": True} if self.subfolders else {}
        located = detect(path, "the path", options)
        first, *others = located.categories
        if others:
            hint = f"one of its folders, such as {path / first}" if (path / first).is_dir() else "a data set"
            raise DataError(
                f"expected one product in {path}, got {', '.join(located.categories)}: give {hint}"
            )
        root = None if located.root is None else str(located.root)
        source = Source(dataset=located.dataset, root=root, categories=(first,), found=located.categories)
        dataset = dataset_as(open_dataset(source, first, options=options), self.reading)
        for note in dataset.notes() if isinstance(dataset, WithNotes) else ():
            self.warn(note)
        return dataset


def _check_there(path: Path) -> None:
    if not path.exists():
        raise DataError(f"expected a file or a folder, found nothing at {path}: check the path")


def _shared(paths: Sequence[Path]) -> Path:
    """Return the deepest folder in which all paths lie."""
    # absolute() would keep "..", by which two paths of one folder can look different
    folders = [os.path.abspath(path if path.is_dir() else path.parent) for path in paths]  # noqa: PTH100
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on several drives
        return Path()


def _from_file(path: Path, base: Path) -> Sample:
    full = Path(os.path.abspath(path))  # noqa: PTH100
    named = full.relative_to(base) if full.is_relative_to(base) else Path(*full.parts[1:])
    return file_sample(GOOD, named.with_suffix("").as_posix(), path)
