"""What Pillow decoded, as a raster: which of its bytes are colours, transparency and palette indices."""

from __future__ import annotations

from typing import IO, Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile

from synth_anomaly.data.pictures.raster import Raster

__all__ = ["as_raster", "visible_alpha"]

_DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_LOSSY = ("JPEG", "JPEG2000", "MPO", "AVIF")
_HIDDEN = 8  # a picture of which no pixel is more opaque than this, of 255, shows nothing
_TGA_FOOTER = b"TRUEVISION-XFILE.\0"


def as_raster(image: ImageFile.ImageFile, file: IO[bytes], *, pages: int) -> Raster:
    """Return a decoded picture as a raster, not turned.

    Args:
        image: The picture, decoded.
        file: Its file.
        pages: How many pages it has.

    Raises:
        ValueError: If Pillow cannot show its mode as colours.
    """
    about: dict[str, Any] = {"pages": pages, "format": image.format or "", "lossy": _is_lossy(image, file)}
    if image.mode in _DEEP_GREY:
        values = np.asarray(image)
        values = values.astype(np.int32 if image.mode == "I" else np.uint16)
        return Raster(values=values, white=65535, alpha=_keyed(image, values), **about)
    if image.mode == "F":
        return Raster(values=np.array(image), white=1, **about)
    index = np.asarray(image).copy() if image.mode == "P" else None
    if not image.has_transparency_data or _is_padding(image, file):
        grey = image.mode in ("1", "L")
        return Raster(values=np.array(image.convert("L" if grey else "RGB")), index=index, **about)
    visible = image.convert("RGBA")
    alpha, hidden = visible_alpha(np.asarray(visible.getchannel("A")))
    return Raster(values=np.array(visible.convert("RGB")), index=index, alpha=alpha, hidden=hidden, **about)


def visible_alpha(alpha: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8] | None, bool]:
    """Return the alpha that counts, and whether there was one that would have hidden everything.

    An alpha that is nearly 0 everywhere is a byte that nobody filled: viewers show the colours.
    """
    low, high = (int(alpha.min()), int(alpha.max())) if alpha.size else (255, 255)
    if high <= _HIDDEN:
        return None, True
    return (None if low == 255 else alpha), False


def _keyed(image: Image.Image, values: npt.NDArray[Any]) -> npt.NDArray[np.uint8] | None:
    """Return the alpha of a grey picture in which one value is transparent."""
    key = image.info.get("transparency")
    if not isinstance(key, int) or not (values == key).any():
        return None
    return visible_alpha(np.where(values == key, 0, 255).astype(np.uint8))[0]


def _is_padding(image: Image.Image, file: IO[bytes]) -> bool:
    """Whether a TGA file says that its fourth bytes are no transparency."""
    if image.format != "TGA":
        return False
    file.seek(0)
    descriptor = file.read(18)[17]
    if not descriptor & 0x0F:
        return True
    file.seek(-26, 2)
    footer = file.read(26)
    extension = int.from_bytes(footer[:4], "little")
    if not footer.endswith(_TGA_FOOTER) or not extension:
        return False
    file.seek(extension + 494)  # the kind of alpha: 3 and 4 are transparency
    return file.read(1) in (b"\0", b"\1", b"\2")


def _is_lossy(image: Image.Image, file: IO[bytes]) -> bool:
    if image.format != "WEBP":
        return image.format in _LOSSY
    file.seek(12)
    while len(head := file.read(8)) == 8:
        if head[:4] in (b"VP8 ", b"VP8L"):
            return head[:4] == b"VP8 "
        # of an animation, the first picture's chunk is inside
        step = 16 if head[:4] == b"ANMF" else int.from_bytes(head[4:], "little")
        file.seek(step + step % 2, 1)
    return True
