"""Opening pictures with Pillow, whatever is wrong with their metadata, up to a limit of one's own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import IO

from PIL import ExifTags, Image, ImageFile

__all__ = ["opened", "orientation_of", "without_pillows_limit"]

_limit = Lock()


def opened(file: IO[bytes]) -> ImageFile.ImageFile:
    """Return a picture, not yet decoded, as ``Image.open`` does but of any number of pixels.

    Raises:
        ValueError: If no format fits.
    """
    Image.init()
    file.seek(0)
    prefix = file.read(16)
    for name in Image.ID:
        factory, accept = Image.OPEN[name]
        accepted = accept is None or accept(prefix)
        if isinstance(accepted, str) or not accepted:
            continue
        file.seek(0)
        try:
            return factory(file, "")
        except (SyntaxError, IndexError, TypeError, struct.error):  # of another format, as Pillow has it
            continue
    raise ValueError("its format is unknown")


def orientation_of(image: Image.Image) -> int:
    """Return how EXIF or XMP say that a picture is to be turned, 1 to 8; 1 where that makes no sense."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
        value = int(value[0] if isinstance(value, tuple) else value)
    except Exception:  # what is wrong with metadata, which may be anything, is no fault of the pixels
        return 1
    return value if 1 <= value <= 8 else 1


@contextmanager
def without_pillows_limit() -> Iterator[None]:
    """Lift the limit of pixels inside Pillow's decoders, for a user who said how many are wanted."""
    with _limit:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
