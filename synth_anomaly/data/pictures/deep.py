"""Pictures of more than 8 bits that Pillow would cut to 8: colour, and samples packed bit by bit."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from synth_anomaly.data.pictures import tiff
from synth_anomaly.data.pictures.pillow import visible_alpha
from synth_anomaly.data.pictures.png import stated_white
from synth_anomaly.data.pictures.raster import Raster

__all__ = [
    "described",
    "is_deep_tiff",
    "png_raster",
    "tiff_raster",
    "with_significant_bits",
    "with_stated_depth",
]

_WHITE_IS_ZERO, _RGB = 0, 2
_SEPARATE = 2
_UNSIGNED, _FLOAT = 1, 3
_ASSOCIATED, _UNASSOCIATED = 1, 2


def is_deep_tiff(page: tiff.TiffPage) -> bool:
    """Whether Pillow would cut a page's samples to 8 bits, or not read them."""
    if page.is_lossy or page.number_of(tiff.PHOTOMETRIC, 1) > _RGB:
        return False
    kind = page.number_of(tiff.SAMPLE_FORMAT, _UNSIGNED)
    if kind == _FLOAT:
        return page.bits == 32 and page.samples >= 3
    return kind == _UNSIGNED and (page.bits in (10, 12, 14) or (page.bits == 16 and page.samples > 1))


def tiff_raster(data: bytes, page: tiff.TiffPage) -> Raster | None:
    """Return a page of deep samples, not turned; None where OpenCV cannot read it.

    Args:
        data: The whole file.
        page: A page of it that `is_deep_tiff`.
    """
    if page.samples > 1 and page.number_of(tiff.PLANAR, 1) == _SEPARATE:
        planes = [found for plane in page.planes() if (found := _plane(data, plane)) is not None]
        values = np.dstack(planes) if len(planes) == page.samples else None
    else:
        values = _by_opencv(tiff.page_alone(data, page))
    if values is None:
        return None
    if values.dtype == np.uint16:
        values = values >> (16 - page.bits)  # OpenCV shifts packed samples to the top
    white = 1 if values.dtype == np.float32 else (1 << page.bits) - 1
    raster = _raster(values, white, _extra(page))
    return replace(raster, format="TIFF", declared_bits=page.bits if page.bits < 16 else None)


def with_stated_depth(raster: Raster, page: tiff.TiffPage) -> Raster:
    """Return a page as Pillow read it, with what the file says of its depth."""
    if not raster.is_deep or raster.values.dtype != np.uint16:
        return raster
    if page.number_of(tiff.PHOTOMETRIC, 1) == _WHITE_IS_ZERO:
        raster = replace(raster, values=65535 - raster.values)
    highest = page.number_of(tiff.HIGHEST, 65535)
    is_depth = 255 <= highest < 65535 and highest & (highest + 1) == 0
    if is_depth and raster.values.max() <= highest:
        return replace(raster, white=highest, declared_bits=highest.bit_length())
    return raster


def described(raster: Raster, page: tiff.TiffPage, pages: int) -> Raster:
    """Return a page with what its file says of it beside its samples."""
    return replace(raster, pages=pages, lossy=page.is_lossy, format="TIFF")


def png_raster(data: bytes) -> Raster | None:
    """Return the colours of a PNG file of 16 bits, not turned; None where OpenCV cannot read it."""
    values = _by_opencv(data)
    if values is None:
        return None
    return replace(_raster(values, 65535, _UNASSOCIATED), format="PNG")


def with_significant_bits(raster: Raster, significant: int | None) -> Raster:
    """Return a PNG's raster with the white that its significant bits say."""
    if raster.values.dtype != np.uint16:
        return raster
    white, bits = stated_white(raster.values, significant)
    return replace(raster, white=white, declared_bits=bits)


def _raster(values: npt.NDArray[Any], white: float, extra: int) -> Raster:
    """Return samples as colours and transparency, where the last of two or four is that."""
    has_alpha = values.ndim == 3 and values.shape[2] in (2, 4)
    if not has_alpha or extra not in (_ASSOCIATED, _UNASSOCIATED):
        colours = values[..., 0] if values.ndim == 3 and values.shape[2] == 2 else values[..., :3]
        return Raster(values=np.ascontiguousarray(colours if values.ndim == 3 else values), white=white)
    colours, opacity = values[..., :-1], values[..., -1] / white
    alpha, hidden = visible_alpha(np.rint(opacity * 255).clip(0, 255).astype(np.uint8))
    if extra == _ASSOCIATED and alpha is not None:
        colours = (colours / np.maximum(opacity, 1 / 255)[..., None]).clip(0, white).astype(values.dtype)
    grey = colours[..., 0] if colours.shape[2] == 1 else colours
    return Raster(values=np.ascontiguousarray(grey), white=white, alpha=alpha, hidden=hidden)


def _extra(page: tiff.TiffPage) -> int:
    return page.number_of(tiff.EXTRA, 0)


def _plane(data: bytes, plane: tiff.TiffPage) -> npt.NDArray[Any] | None:
    content = tiff.page_alone(data, plane)
    if plane.bits != 16:
        return _by_opencv(content)
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image).astype(np.uint16)


def _by_opencv(data: bytes) -> npt.NDArray[Any] | None:
    """Return samples as a file has them, ``(H, W)`` or ``(H, W, C)`` with red first."""
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype not in (np.uint16, np.float32):
        return None
    if values.ndim == 3 and values.shape[2] >= 3:
        values = values[..., [2, 1, 0, *range(3, values.shape[2])]]
    return np.asarray(values)
