"""Maps that somebody drew, one for each training image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth_anomaly.data import read_image, resize_image
from synth_anomaly.data.images import image_size
from synth_anomaly.data.masks import read_mask
from synth_anomaly.data.reading import OF_ANY_SIZE
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import PathText, Size

__all__ = ["DrawnGuides"]

_SUFFIXES = (".png", ".bmp", ".tif", ".tiff", ".webp", ".jpg", ".jpeg")
_GOOD = "good/"


@dataclass(frozen=True)
class DrawnGuides:
    """Reads each image's map from a folder: white where a defect may lie, grey from 128 on as well.

    The map of the training image ``good/003`` is ``good/003.png`` or ``003.png`` in the folder, or of
    another format; it is resized to the image's size. Of a map that holds 0 and 1 alone, 1 is white.

    No foreground: a black map says so.

    Args:
        folder: The folder of maps.
    """

    folder: PathText

    def __call__(self, images: Tensor) -> Tensor:
        """Refuse: without names it cannot be told which images these are.

        Raises:
            DataError: Always.
        """
        raise DataError(
            f"drawn-guides finds the maps in {self.folder} by the names of the images, got {len(images)} "
            "without names: use it for the training images of a data set, or another guide"
        )

    def named(self, images: Tensor, names: Sequence[str]) -> Tensor:
        """Return the maps of the images of these names, ``(B, 1, H, W)``.

        Raises:
            DataError: If a map is missing or cannot be read.
        """
        size = (images.shape[2], images.shape[3])
        maps = [resize_image(_read(self._file(name)), size) for name in names]
        grey = np.stack([image.mean(axis=2) for image in maps]) if maps else np.zeros((0, *size))
        return torch.from_numpy(grey).to(images.device, torch.float32)[:, None] / 255

    def size_of(self, name: str) -> Size:
        """Return the height and width of the map of an image.

        Raises:
            DataError: If it is missing or cannot be read.
        """
        return image_size(self._file(name))

    def _file(self, name: str) -> Path:
        folder = Path(self.folder).expanduser()
        stems = [name] + ([name.removeprefix(_GOOD)] if name.startswith(_GOOD) else [])
        for stem in stems:
            for suffix in _SUFFIXES:
                if (path := folder / f"{stem}{suffix}").is_file():
                    return path
        raise DataError(
            f"expected the guide of {name!r} in {folder} as {' or '.join(f'{stem}.png' for stem in stems)}, "
            "got no such file: draw it, white where a defect may lie"
        )


def _read(path: Path) -> npt.NDArray[np.uint8]:
    image = read_image(path, OF_ANY_SIZE)
    if image.max(initial=0) > 1:
        return image
    # saved as 0 and 1, which would be black and nearly black
    return np.repeat(read_mask(path, OF_ANY_SIZE)[..., None].astype(np.uint8) * 255, 3, axis=2)
