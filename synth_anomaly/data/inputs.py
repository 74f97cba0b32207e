"""Images in whatever form a user has them, as samples.

A folder means two things. To train or to evaluate on, it is a data set, read as ``--data`` reads it: its
good images, its test images with their masks. To predict, it is simply every image in it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.dagm2007 import DAGM2007
from synth_anomaly.data.detect import detect
from synth_anomaly.data.folder import Folder
from synth_anomaly.data.image_file import ImageFile
from synth_anomaly.data.kolektor_sdd2 import KolektorSDD2
from synth_anomaly.data.layout import GOOD, image_files
from synth_anomaly.data.mvtec_ad import MVTecAD
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset, Sample

__all__ = ["Images", "as_samples"]

Images = Dataset | Sequence[Sample] | npt.NDArray[np.uint8] | str | Path | Sequence[str | Path]
"""A data set, samples, one image or several as an array, or files and folders of images."""

Use = Literal["train", "test", "new"]


def as_samples(images: Images, use: Use) -> tuple[Sample, ...]:
    """Return images as samples.

    Args:
        images: A data set, samples, uint8 ``(H, W, 3)`` or ``(N, H, W, 3)``, or files and folders.
        use: What they are for. ``"train"`` takes the good images of a data set, ``"test"`` its test images,
            and so of a folder, which holds one product in a layout that ``--data`` knows. ``"new"`` takes a
            data set's test images too, but of a folder every image at any depth, hidden ones excepted.

    Returns:
        The samples. New images have names that tell them apart: their paths below what all of them share,
        without suffix.

    Raises:
        DataError: If there is no image, the array is of another form, or a folder is no such data set.
    """
    if isinstance(images, Dataset):
        return tuple(images.train() if use == "train" else images.test())
    if isinstance(images, np.ndarray):
        return _from_array(images)
    if isinstance(images, str | Path):
        return _from_paths([images], use)
    listed = list(images)
    if not listed:
        raise DataError("expected at least one image, got none: name a file or a folder of images")
    if all(isinstance(item, Sample) for item in listed):
        return tuple(cast("list[Sample]", listed))
    if all(isinstance(item, str | Path) for item in listed):
        return _from_paths(cast("list[str | Path]", listed), use)
    raise DataError(
        f"expected a data set, samples, an array, or files and folders, got {type(images).__name__}"
    )


def _from_array(images: npt.NDArray[Any]) -> tuple[Sample, ...]:
    stack = images[None] if images.ndim == 3 else images
    if images.dtype != np.uint8 or stack.ndim != 4 or stack.shape[-1] != 3:
        raise DataError(
            f"expected images as uint8 (H, W, 3) or (N, H, W, 3), got {images.dtype} {images.shape}: "
            "convert them, or give files"
        )
    return tuple(
        Sample(name=f"{GOOD}/{row:03d}", defect=GOOD, read=partial(np.asarray, image))
        for row, image in enumerate(stack)
    )


def _from_paths(given: Sequence[str | Path], use: Use) -> tuple[Sample, ...]:
    paths = [Path(path).expanduser() for path in given]
    base = _shared(paths)
    return tuple(sample for path in paths for sample in _from_path(path, use, base))


def _from_path(path: Path, use: Use, base: Path) -> Sequence[Sample]:
    if not path.exists():
        raise DataError(f"expected a file or a folder, found nothing at {path}: check the path")
    if path.is_dir() and use != "new":
        dataset = _dataset(path)
        return dataset.train() if use == "train" else dataset.test()
    files = _files(path) if path.is_dir() else [path]
    if not files:
        raise DataError(f"expected images in {path}, found none: name a folder that holds some")
    return [_from_file(file, base) for file in files]


def _dataset(path: Path) -> Dataset:
    """Return the one product in a folder, in the layout that it has."""
    located = detect(path, "the path")
    first, *others = located.categories
    if others:
        hint = f"one of its folders, such as {path / first}" if (path / first).is_dir() else "a data set"
        raise DataError(f"expected one product in {path}, got {', '.join(located.categories)}: give {hint}")
    kinds = {kind.name: kind for kind in (MVTecAD, KolektorSDD2, DAGM2007)}
    return kinds.get(located.dataset, Folder)(str(located.root), first)


def _files(folder: Path) -> list[Path]:
    """Return the images at any depth, those of a folder before those of the folders in it."""
    below = sorted(
        path
        for path in folder.rglob("*")
        if path.is_dir() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    return [file for place in (folder, *below) for file in image_files(place)]


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
    return Sample(name=named.with_suffix("").as_posix(), defect=GOOD, read=ImageFile(path), path=path)
