"""What reads a sample's files when it is asked for, the way that a user said."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.images import Image, decoded_image
from synth_anomaly.data.masks import Mask, MaskFacts, decoded_mask
from synth_anomaly.data.outlines import OutlineMask
from synth_anomaly.data.picture_object import PictureObject
from synth_anomaly.data.pictures import page_count, picture_size
from synth_anomaly.data.reading import Reading
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset, Sample

__all__ = ["ImageFile", "MaskFile", "dataset_as", "read_as"]


@dataclass(frozen=True)
class ImageFile:
    """Reads an image when it is called: the ``read`` of a sample that is a file.

    Args:
        path: The file.
        reading: How to read it.
        page: Which of its pages.
    """

    path: Path
    reading: Reading = Reading()  # noqa: RUF009  # it never changes
    page: int = 0

    def __call__(self) -> npt.NDArray[np.uint8]:
        """Return the image, uint8 ``(H, W, 3)``.

        Raises:
            DataError: If it cannot be read.
        """
        return self.decoded().pixels

    def decoded(self) -> Image:
        """Return the image with what a user should know of its file.

        Raises:
            DataError: If it cannot be read.
        """
        return decoded_image(self.path, self.reading, page=self.page)


@dataclass(frozen=True)
class MaskFile:
    """Reads a mask when it is called: the ``read_mask`` of a sample whose mask is a file, or several.

    Args:
        image: The file of the image.
        paths: The files of the mask; what any of them marks is a defect.
        reading: How to read them.
        page: Which page of them, as of the image.
    """

    image: Path
    paths: tuple[Path, ...]
    reading: Reading = Reading()  # noqa: RUF009
    page: int = 0

    def __call__(self) -> npt.NDArray[np.bool_]:
        """Return the mask, bool ``(H, W)``.

        Raises:
            DataError: If it cannot be read, or has another size than the image.
        """
        return self.decoded().marked

    def decoded(self) -> Mask:
        """Return the mask with what a user should know of its files.

        Raises:
            DataError: If it cannot be read, or has another size than the image.
        """
        height, width = picture_size(self.image, self.page)
        # what is outside of several regions is good; so is what is outside of one
        plain = replace(self.reading, invert_masks=False)
        marked = np.zeros((height, width), np.bool_)
        facts: list[MaskFacts] = []
        for path in self.paths:
            mask = decoded_mask(path, plain, page=self.page)
            if mask.marked.shape != (height, width):
                raise DataError(
                    f"expected image and mask of one size, got {self.image} of {width}x{height} and {path} "
                    f"of {mask.marked.shape[1]}x{mask.marked.shape[0]}: replace one of them"
                )
            marked |= mask.marked
            facts += mask.facts
        return Mask(
            np.asarray(~marked) if self.reading.invert_masks else marked,
            tuple(facts),
            self.reading.invert_masks,
        )


def dataset_as(dataset: Dataset, reading: Reading) -> Dataset:
    """Return a data set whose masks are read in a certain way where they tell which images are defective.

    Args:
        dataset: Any; one without an attribute ``reading`` of this class is returned as it is.
        reading: How masks are read.
    """
    if not isinstance(getattr(dataset, "reading", None), Reading):
        return dataset
    other = copy.copy(dataset)
    vars(other)["reading"] = reading
    return other


def read_as(samples: Sequence[Sample], reading: Reading) -> tuple[Sample, ...]:
    """Return samples that are read in a certain way, those of files; others stay as they are.

    With ``pages="all"`` a file of several pages becomes a sample for each, named ``<name>#0`` and so on;
    the pages of its mask belong to them in turn.

    Args:
        samples: Of any data set.
        reading: How files are read.

    Raises:
        DataError: If the pages of a file are wanted and its mask has another number of them, or is outlines.
    """
    return tuple(page for sample in samples for page in _read_as(sample, reading))


def _read_as(sample: Sample, reading: Reading) -> Iterator[Sample]:
    if isinstance(sample.read, PictureObject):
        yield replace(sample, read=replace(sample.read, reading=reading))
        return
    if not isinstance(sample.read, ImageFile):
        yield sample
        return
    image = replace(sample.read, reading=reading)
    mask = sample.read_mask
    if isinstance(mask, MaskFile):
        mask = replace(mask, reading=reading)
    pages = _pages_of(image.path) if reading.pages == "all" else 1
    if pages == 1:
        yield replace(sample, read=image, read_mask=mask)
        return
    if isinstance(mask, MaskFile):
        _check_pages(mask, pages)
    if isinstance(mask, OutlineMask):
        raise DataError(
            f"expected an image of one page for the outlines in {mask.source}, got {image.path} of {pages}: "
            "give each page a file, or read the first with --pages first"
        )
    digits = len(str(pages - 1))
    for page in range(pages):
        yield replace(
            sample,
            name=f"{sample.name}#{page:0{digits}d}",
            read=replace(image, page=page),
            read_mask=replace(mask, page=page) if isinstance(mask, MaskFile) else mask,
        )


def _pages_of(path: Path) -> int:
    try:
        return page_count(path)
    except DataError:  # whoever reads it says what is wrong, or leaves it out
        return 1


def _check_pages(mask: MaskFile, pages: int) -> None:
    for path in mask.paths:
        if (found := page_count(path)) != pages:
            raise DataError(
                f"expected as many pages in the mask {path} as in {mask.image}, which has {pages}, "
                f"got {found}: give each page its mask, or read the first with --pages first"
            )
