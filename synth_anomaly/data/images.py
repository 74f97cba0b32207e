"""Picture files as upright 8-bit RGB images, and what a user should know of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from synth_anomaly.data.masks import read_mask
from synth_anomaly.data.pictures import Raster, decode, picture_size
from synth_anomaly.data.reading import Reading
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size

__all__ = ["Image", "ImageFacts", "decoded_image", "image_size", "read_image", "read_mask", "shown_image"]


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """What a user should know of how a file was read.

    Attributes:
        path: The file.
        pages: How many pages it has, of which one is read; 1 where all are wanted.
        hidden: Whether its transparency hides all of it, and was left out of account.
        transparent: Whether some pixels are transparent.
        background: The colour behind them.
        brightest: Its highest value, where it has more than 8 bits.
        white: The value that was taken as white.
        stated: Whether white was said by the user or by the file.
        unscaled_bits: The bits that a PNG file declares, where its values end at what these hold.
    """

    path: Path
    pages: int = 1
    hidden: bool = False
    transparent: bool = False
    background: str = ""
    brightest: float | None = None
    white: float = 255
    stated: bool = False
    unscaled_bits: int | None = None


@dataclass(frozen=True)
class Image:
    """A decoded image.

    Attributes:
        pixels: uint8 ``(H, W, 3)``, RGB.
        facts: What a user should know of its file; None for an image that is no file.
    """

    pixels: npt.NDArray[np.uint8]
    facts: ImageFacts | None = None


def read_image(path: Path, reading: Reading | None = None, *, page: int = 0) -> npt.NDArray[np.uint8]:
    """Read a file as an upright 8-bit RGB image.

    Grey, palette, 1-bit and CMYK images are converted. Deeper values than 8 bits are divided by what is
    white: ``reading.white``, or what the file declares, or all of its bits; floats are in [0, 1].
    Transparent pixels are shown over ``reading.background``; where transparency would hide the whole image
    its colours are shown. The orientation that a camera notes is applied.

    Args:
        path: A file of any format that Pillow reads.
        reading: What the file does not say; by default as :class:`Reading` says.
        page: Which of its pages.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        DataError: If the file is missing, truncated, of no known format, too large, or has values out of
            range.
    """
    return decoded_image(path, reading, page=page).pixels


def decoded_image(
    path: Path, reading: Reading | None = None, *, page: int = 0, at_least: Size | None = None
) -> Image:
    """Read a file as `read_image` does, with what a user should know of it.

    Args:
        path: The file.
        reading: What it does not say.
        page: Which of its pages.
        at_least: Height and width that are enough; a JPEG may then be decoded at a half of its size or less.
    """
    asked = reading or Reading()
    return shown_image(decode(path, asked, page=page, at_least=at_least), asked, path)


def shown_image(raster: Raster, asked: Reading, path: Path) -> Image:
    """Return a picture as it is shown, with what a user should know of it.

    Args:
        raster: The picture, upright.
        asked: How it is read.
        path: Its file, or what stands for one in messages.

    Raises:
        DataError: If it has values out of range.
    """
    pixels, brightest, white = raster.values, None, raster.white
    if raster.is_deep:
        white = asked.white or raster.white
        pixels, brightest = _to_8_bit(raster.values, white, path)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    if raster.alpha is not None:
        pixels = _over(pixels, raster.alpha, asked.colour(asked.background))
    is_unscaled = raster.format == "PNG" and asked.white is None and raster.white < 65535
    facts = ImageFacts(
        path=path,
        pages=raster.pages if asked.pages == "first" else 1,
        hidden=raster.hidden,
        transparent=raster.alpha is not None,
        background=asked.background,
        brightest=brightest,
        white=white,
        stated=asked.white is not None or raster.declared_bits is not None,
        unscaled_bits=raster.declared_bits if is_unscaled else None,
    )
    return Image(pixels, facts)


def image_size(path: Path, page: int = 0) -> Size:
    """Return the height and width that `read_image` would give, without decoding the pixels.

    Raises:
        DataError: If the file is missing or of no known format.
    """
    return picture_size(path, page)


def _to_8_bit(values: npt.NDArray[Any], white: float, path: Path) -> tuple[npt.NDArray[np.uint8], float]:
    """Return values as levels of 8 bits, those above white as white, and the highest of them."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    is_float = np.issubdtype(values.dtype, np.floating)
    if not (low >= 0 and high <= (white if is_float else max(white, 65535))):
        expected = f"{'floats' if is_float else '16-bit values'} in [0, {white if is_float else 65535:g}]"
        raise DataError(f"expected {expected}, got {low:g} to {high:g} in {path}: {_cure(low, high)}")
    if values.dtype == np.uint16:
        levels = np.rint(np.arange(int(high) + 1) * (255.0 / white)).clip(0, 255).astype(np.uint8)
        return levels[values], high
    return np.rint(values * (255.0 / white)).clip(0, 255).astype(np.uint8), high


def _cure(low: float, high: float) -> str:
    save = "save the image with 8 or 16 bits a pixel"
    if not (low >= 0 and np.isfinite(high)):
        return save
    likely = (1 << max(8, int(np.ceil(high)).bit_length())) - 1
    return f"say what is white, such as --white {likely}, or {save}"


def _over(
    pixels: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8], background: tuple[int, int, int]
) -> npt.NDArray[np.uint8]:
    opacity = alpha[..., None].astype(np.uint16)
    behind = np.array(background, np.uint16) * (255 - opacity)
    return np.asarray((pixels * opacity + behind + 127) // 255).astype(np.uint8)
