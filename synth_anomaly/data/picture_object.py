"""An image that Pillow has opened or made, read as its file would be."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from synth_anomaly.data.images import Image, shown_image
from synth_anomaly.data.pictures.opening import orientation_of
from synth_anomaly.data.pictures.pillow import as_raster
from synth_anomaly.data.reading import Reading
from synth_anomaly.errors import DataError

__all__ = ["PictureObject"]


@dataclass(frozen=True)
class PictureObject:
    """Reads an image of Pillow's when called.

    Attributes:
        image: The image, decoded.
        name: What to call it in messages.
        reading: How to read it.
    """

    image: Pillow.Image
    name: str
    reading: Reading = field(default_factory=Reading)

    @classmethod
    def of(cls, image: Pillow.Image, number: int) -> Self:
        """Decode an image that Pillow has opened.

        Args:
            image: The image; it stays as it is.
            number: Its place among others.

        Raises:
            DataError: If it has no pixel, or its file is broken or closed.
        """
        name = str(getattr(image, "filename", "")) or f"image {number}"
        if not (image.width and image.height):
            size = f"{image.width}x{image.height}"
            raise DataError(f"expected images with pixels, got {size} as {name}: leave it out")
        try:
            image.load()
        except Exception as error:  # decoders of broken files raise nearly anything
            reason = " ".join(str(error).split()) or type(error).__name__
            raise DataError(f"{name} cannot be read: {reason}; open it again, or leave it out") from error
        return cls(image, name)

    def __call__(self) -> npt.NDArray[np.uint8]:
        """Return the image, uint8 ``(H, W, 3)``, RGB, upright."""
        return self.decoded().pixels

    def decoded(self) -> Image:
        """Return the image with what a user should know of it.

        Raises:
            DataError: If its values are out of range, or Pillow cannot show its mode as colours.
        """
        plain: Any = self.image.copy()  # of no format: what its bytes in a file were is past
        try:
            raster = as_raster(plain, BytesIO(), pages=1).turned(orientation_of(self.image))
        except ValueError as error:
            raise DataError(f"{self.name} of mode {self.image.mode} cannot be shown: {error}") from error
        return shown_image(raster, self.reading, Path(self.name))
