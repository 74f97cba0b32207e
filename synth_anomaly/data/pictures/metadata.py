"""The same picture file without what its pixels do not need, for decoders that metadata stop."""

from __future__ import annotations

import struct

from synth_anomaly.data.pictures import png
from synth_anomaly.data.pictures.opening import orientation_in

__all__ = ["without_metadata"]

_JPEG = b"\xff\xd8"
_EXIF = b"Exif\0\0"
_SCAN = 0xDA
# JFIF and Adobe, which say what the colours are
_KEPT = (0xE0, 0xEE)


def without_metadata(data: bytes) -> tuple[bytes, int]:
    """Return a PNG or JPEG file without its metadata, and how EXIF says that it is to be turned.

    A file of another format is returned as it is.
    """
    if data.startswith(png.SIGNATURE):
        return png.without_metadata(data), orientation_in(png.exif_in(data))
    if data.startswith(_JPEG):
        return _jpeg_without_metadata(data)
    return data, 1


def _jpeg_without_metadata(data: bytes) -> tuple[bytes, int]:
    kept, exif, position = [_JPEG], b"", 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        code = data[position + 1]
        if code == 0xFF:  # padding
            position += 1
            continue
        if code == _SCAN:
            break
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position : position + 2 + length]
        is_extra = 0xE0 <= code <= 0xEF or code == 0xFE
        if not is_extra or code in _KEPT:
            kept.append(segment)
        elif segment[4:10] == _EXIF and not exif:
            exif = segment[4:]
        position += 2 + length
    return b"".join([*kept, data[position:]]), orientation_in(exif)
