"""Opening pictures with Pillow, whatever is wrong with their metadata, up to a limit of one's own."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import IO

from PIL import Image, ImageFile

from synth_anomaly.data.pictures.tiff import tiff_pages

__all__ = ["opened", "orientation_in", "orientation_of", "without_pillows_limit"]

_EXIF = b"Exif\0\0"
_XMP = re.compile(r'tiff:Orientation(?:="|>)([1-8])')

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
    if exif := image.info.get("exif", b""):
        return orientation_in(exif)
    if listed := image.info.get("Raw profile type exif"):  # as hexadecimal digits behind three lines
        with suppress(ValueError):
            return orientation_in(bytes.fromhex("".join(listed.split("\n")[3:])))
    found = _XMP.search(str(image.info.get("xmp", "")) + str(image.info.get("XML:com.adobe.xmp", "")))
    return int(found[1]) if found else 1


def orientation_in(exif: bytes) -> int:
    """Return how an EXIF block says that a picture is to be turned, 1 to 8; 1 where that makes no sense."""
    with suppress(ValueError, OverflowError, struct.error):
        value = tiff_pages(io.BytesIO(exif.removeprefix(_EXIF)))[0].orientation
        return value if 1 <= value <= 8 else 1
    return 1


@contextmanager
def without_pillows_limit() -> Iterator[None]:
    """Lift the limit of pixels inside Pillow's decoders, for a user who said how many are wanted."""
    with _limit:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
