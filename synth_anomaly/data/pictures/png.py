"""PNG files: their chunks, the depth that they declare, and the same file without its metadata."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt

__all__ = ["SIGNATURE", "PngHeader", "exif_in", "png_header", "stated_white", "without_metadata"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"sBIT", b"IDAT", b"IEND")
_SHORT = 1 << 20  # more is no orientation


@dataclass(frozen=True)
class PngHeader:
    """What a PNG file says of its pixels.

    Attributes:
        size: Height and width as they are stored.
        bits: Of each sample, 1 to 16.
        is_grey: Whether each pixel is one sample without alpha.
        significant: How many of the bits are said to matter; None where nothing is said.
        exif: The EXIF block; empty where there is none, or a longer one than any that is real.
    """

    size: tuple[int, int]
    bits: int
    is_grey: bool
    significant: int | None
    exif: bytes


def png_header(file: IO[bytes]) -> PngHeader:
    """Return what a PNG file says of its pixels, without decoding any.

    Raises:
        ValueError: If it is no PNG file.
    """
    significant, exif = None, b""
    size, bits, is_grey = (0, 0), 0, True
    for name, offset, length in _chunks(file):
        if name not in (b"IHDR", b"sBIT", b"eXIf") or length > _SHORT:
            continue
        file.seek(offset)
        content = file.read(length)
        if name == b"IHDR" and length >= 13:
            width, height, bits, colour = struct.unpack(">IIBB", content[:10])
            size, is_grey = (height, width), colour == 0
        elif name == b"sBIT" and content:
            significant = max(content[:3]) if colour & 2 else content[0]
        elif name == b"eXIf":
            exif = content
    if not bits:
        raise ValueError("no PNG header")
    return PngHeader(size, bits, is_grey, significant, exif)


def stated_white(values: npt.NDArray[np.uint16], significant: int | None) -> tuple[float, int | None]:
    """Return what is white in 16-bit values of which some bits are said to matter, and these bits.

    The format wants such values scaled to all 16 bits. Where they are not, as many cameras' programs write
    them, they end at what the significant bits hold.

    Args:
        values: The samples.
        significant: How many bits matter, as the file says.
    """
    if significant is None or not 0 < significant < 16:
        return 65535, None
    top, high = (1 << significant) - 1, int(values.max())
    if high > top:
        return 65535, significant
    # as the format wants them: a picture that is nearly black stays one
    is_scaled = not (values & ((1 << (16 - significant)) - 1)).any()
    return (65535, None) if is_scaled else (top, significant)


def exif_in(data: bytes) -> bytes:
    """Return the EXIF block of a PNG file; empty where there is none."""
    return png_header(io.BytesIO(data)).exif


def without_metadata(data: bytes) -> bytes:
    """Return the same file with nothing but its pixels and palette, all that any decoder needs."""
    view, parts = memoryview(data), [SIGNATURE]
    position = len(SIGNATURE)
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        if name in _KEPT:
            parts.append(bytes(view[position : position + 12 + length]))
        position += 12 + length
    return b"".join(parts)


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, offset and length of each chunk."""
    file.seek(0)
    if file.read(len(SIGNATURE)) != SIGNATURE:
        raise ValueError("no PNG signature")
    position = len(SIGNATURE)
    while len(start := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", start)
        yield name, position + 8, length
        if name == b"IEND":
            return
        position += 12 + length
        file.seek(position)
