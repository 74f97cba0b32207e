"""Images in whatever form a user has them, as samples.

A folder means two things. To train or to evaluate on, it is a data set, read as ``--data`` reads it: its
good images, its test images with their masks. To predict, it is simply every image in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import numpy.typing as npt
from PIL import Image as Pillow
from torch import Tensor

from synth_anomaly.data.arrays import InMemory, are_in_memory, from_memory, is_in_memory
from synth_anomaly.data.image_file import dataset_as, read_as
from synth_anomaly.data.image_paths import ImagePaths
from synth_anomaly.data.reading import Reading
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset, Sample

__all__ = ["Images", "as_samples"]

Images = (
    Dataset
    | Sequence[Sample]
    | InMemory
    | Sequence[npt.NDArray[Any]]
    | Sequence[Pillow.Image]
    | str
    | Path
    | Sequence[str | Path]
)
"""A data set, samples, files and folders of images, or images in memory: arrays or Pillow's."""

Use = Literal["train", "test", "new"]


def as_samples(
    images: Images,
    use: Use,
    *,
    reading: Reading | None = None,
    subfolders: bool | None = None,
    mask_suffix: tuple[str, ...] = (),
    warn: Callable[[str], None] = lambda _: None,
) -> tuple[Sample, ...]:
    """Return images as samples.

    Args:
        images: A data set, samples, files and folders; or images in memory: an RGB array of uint8,
            ``(H, W, 3)`` or ``(N, H, W, 3)``, an image of Pillow's, or a list of these, of any sizes. Those
            of OpenCV are BGR: turn them around first, ``image[..., ::-1]``.
        use: What they are for. ``"train"`` takes the good images of a data set, ``"test"`` its test images,
            and so of a folder, which holds one product in a layout that ``--data`` knows. ``"new"`` takes a
            data set's test images too, but of a folder every image, masks and overlays beside them excepted.
        reading: How files are read; by default as each sample says.
        subfolders: Whether images in subfolders of a folder are read too, at any depth; by default new ones
            are.
        mask_suffix: What follows an image's name in that of a mask beside it, besides ``_mask`` and the like.
        warn: Called with a line on what a folder holds that was not read.

    Returns:
        The samples. New images have names that tell them apart: their paths below what all of them share,
        without suffix.

    Raises:
        DataError: If there is no image, an array is of another form or out of range, or a folder is no such
            data set.
    """

    def paths(given: Sequence[str | Path]) -> tuple[Sample, ...]:
        found = ImagePaths(
            paths=[Path(path).expanduser() for path in given],
            subfolders=use == "new" if subfolders is None else subfolders,
            mask_suffix=mask_suffix,
            reading=reading or Reading(),
            warn=warn,
        )
        if use == "new":
            return found.new()
        return found.of_products(part)

    def part(dataset: Dataset) -> Sequence[Sample]:
        return dataset.train() if use == "train" else dataset.test()

    if isinstance(images, Dataset) and reading is not None:
        images = dataset_as(images, reading)
    found = _samples(images, part, paths)
    return found if reading is None else read_as(found, reading)


def _samples(
    images: Images,
    part: Callable[[Dataset], Sequence[Sample]],
    paths: Callable[[Sequence[str | Path]], tuple[Sample, ...]],
) -> tuple[Sample, ...]:
    if isinstance(images, Dataset):
        return tuple(part(images))
    if is_in_memory(images):
        return from_memory(images)
    if isinstance(images, str | Path):
        return paths([images])
    listed = _listed(images)
    if all(isinstance(item, Sample) for item in listed):
        return tuple(cast("list[Sample]", listed))
    if all(isinstance(item, str | Path) for item in listed):
        return paths(cast("list[str | Path]", listed))
    if are_in_memory(listed):
        return from_memory(listed)
    raise _unexpected(images, listed)


def _listed(images: object) -> list[Any]:
    if isinstance(images, Mapping | bytes | Tensor) or not isinstance(images, Iterable):
        raise _unexpected(images)
    if listed := list(images):
        return listed
    raise DataError("expected at least one image, got none: name a file or a folder of images")


def _unexpected(images: object, items: Iterable[object] = ()) -> DataError:
    """Return the error for what is no images."""
    kinds = ", ".join(sorted({type(item).__name__ for item in items}))
    got = f"{type(images).__name__}" + (f" of {kinds}" if kinds else "")
    cure = "give files, or arrays of uint8"
    if isinstance(images, Tensor) or any(isinstance(item, Tensor) for item in items):
        cure = "predict() alone takes a tensor (B, 3, H, W); give arrays (H, W, 3) of uint8"
    return DataError(f"expected a data set, samples, an array, or files and folders, got {got}: {cure}")
