"""Images in whatever form a user has them, as samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.images import read_image
from synth_anomaly.data.layout import GOOD, image_files
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset, Sample

__all__ = ["Images", "as_samples"]

Images = Dataset | Sequence[Sample] | npt.NDArray[np.uint8] | str | Path | Sequence[str | Path]
"""A data set, samples, one image or several as an array, or files and folders of images."""


def as_samples(images: Images, split: Literal["train", "test"]) -> tuple[Sample, ...]:
    """Return images as samples.

    Args:
        images: A data set, samples, uint8 ``(H, W, 3)`` or ``(N, H, W, 3)``, or files and folders, whose
            images are taken at any depth.
        split: Which images of a data set.

    Raises:
        DataError: If there is no image, or the array is of another form.
    """
    if isinstance(images, Dataset):
        return tuple(images.train() if split == "train" else images.test())
    if isinstance(images, np.ndarray):
        return _from_array(images)
    if isinstance(images, str | Path):
        return _from_paths([images])
    listed = list(images)
    if not listed:
        raise DataError("expected at least one image, got none: name a file or a folder of images")
    if all(isinstance(item, Sample) for item in listed):
        return tuple(cast("list[Sample]", listed))
    if all(isinstance(item, str | Path) for item in listed):
        return _from_paths(cast("list[str | Path]", listed))
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


def _from_paths(paths: Iterable[str | Path]) -> tuple[Sample, ...]:
    return tuple(sample for path in map(Path, paths) for sample in _from_path(path))


def _from_path(path: Path) -> list[Sample]:
    if path.is_file():
        return [_from_file(path, path.stem)]
    if not path.is_dir():
        raise DataError(f"expected a file or a folder, found nothing at {path}: check the path")
    folders = sorted(folder for folder in [path, *path.rglob("*")] if folder.is_dir())
    files = [file for folder in folders for file in image_files(folder)]
    if not files:
        raise DataError(f"expected images in {path}, found none: name a folder that holds some")
    return [_from_file(file, file.relative_to(path).with_suffix("").as_posix()) for file in files]


def _from_file(path: Path, name: str) -> Sample:
    return Sample(name=name, defect=GOOD, read=partial(read_image, path), path=path)
