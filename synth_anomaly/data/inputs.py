"""Images in whatever form a user has them, as samples.

A folder means two things. To train or to evaluate on, it is a data set, read as ``--data`` reads it: its
good images, its test images with their masks. To predict, it is simply every image in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.image_paths import ImagePaths
from synth_anomaly.data.kind_names import GOOD
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset, Sample

__all__ = ["Images", "as_samples"]

Images = Dataset | Sequence[Sample] | npt.NDArray[np.uint8] | str | Path | Sequence[str | Path]
"""A data set, samples, one image or several as an array, or files and folders of images."""

Use = Literal["train", "test", "new"]


def as_samples(
    images: Images,
    use: Use,
    *,
    subfolders: bool | None = None,
    mask_suffix: tuple[str, ...] = (),
    warn: Callable[[str], None] = lambda _: None,
) -> tuple[Sample, ...]:
    """Return images as samples.

    Args:
        images: A data set, samples, uint8 ``(H, W, 3)`` or ``(N, H, W, 3)``, or files and folders.
        use: What they are for. ``"train"`` takes the good images of a data set, ``"test"`` its test images,
            and so of a folder, which holds one product in a layout that ``--data`` knows. ``"new"`` takes a
            data set's test images too, but of a folder every image, masks and overlays beside them excepted.
        subfolders: Whether images in subfolders of a folder are read too, at any depth; by default new ones
            are.
        mask_suffix: What follows an image's name in that of a mask beside it, besides ``_mask`` and the like.
        warn: Called with a line on what a folder holds that was not read.

    Returns:
        The samples. New images have names that tell them apart: their paths below what all of them share,
        without suffix.

    Raises:
        DataError: If there is no image, the array is of another form, or a folder is no such data set.
    """

    def paths(given: Sequence[str | Path]) -> tuple[Sample, ...]:
        found = ImagePaths(
            paths=[Path(path).expanduser() for path in given],
            subfolders=use == "new" if subfolders is None else subfolders,
            mask_suffix=mask_suffix,
            warn=warn,
        )
        if use == "new":
            return found.new()
        return found.of_products(lambda dataset: dataset.train() if use == "train" else dataset.test())

    if isinstance(images, Dataset):
        return tuple(images.train() if use == "train" else images.test())
    if isinstance(images, np.ndarray):
        return _from_array(images)
    if isinstance(images, str | Path):
        return paths([images])
    listed = list(images)
    if not listed:
        raise DataError("expected at least one image, got none: name a file or a folder of images")
    if all(isinstance(item, Sample) for item in listed):
        return tuple(cast("list[Sample]", listed))
    if all(isinstance(item, str | Path) for item in listed):
        return paths(cast("list[str | Path]", listed))
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
