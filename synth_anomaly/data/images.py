"""Reading image files, whatever their mode, depth and orientation, into one form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size

__all__ = ["image_size", "read_image", "read_mask"]

_DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_LOSSY = ("JPEG", "JPEG2000", "MPO")
_FIRST_SIDEWAYS = 5  # of EXIF's eight orientations


def read_image(path: Path) -> npt.NDArray[np.uint8]:
    """Read a file as an upright 8-bit RGB image.

    Grey, palette, 1-bit and CMYK images are converted. Transparent pixels are shown over white, as
    viewers show them. Integer grey of more than 8 bits is taken as 16-bit: 65535 is white. Floating
    point is taken as [0, 1] where all of it lies there, and as [0, 255] otherwise. Of a file with
    several pictures the first is read. The orientation that a camera notes is applied.

    Args:
        path: A file of any format that Pillow reads.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        DataError: If the file is missing, truncated, of no known format, or out of range.
    """
    image = _open(path)
    if image.mode in _DEEP_GREY or image.mode == "F":
        grey = _to_8_bit(np.asarray(image), path)
        return np.repeat(grey[..., None], 3, axis=2)
    if image.has_transparency_data:
        image = _over(image, "white")
    return np.array(_converted(image, "RGB", path))


def read_mask(path: Path) -> npt.NDArray[np.bool_]:
    """Read a file as a mask: every pixel that is not black is a defect, and no transparent one is.

    Args:
        path: A file of any format that Pillow reads and that keeps pixels exactly.

    Returns:
        bool (H, W), True is a defect.

    Raises:
        DataError: If the file cannot be read, or its format blurs the mask's edge.
    """
    image = _open(path)
    if image.format in _LOSSY:
        raise DataError(
            f"expected a mask that keeps its pixels exactly, got {image.format} in {path}: "
            "save the mask as PNG from its source"
        )
    if image.mode in _DEEP_GREY or image.mode == "F":
        return np.asarray(np.asarray(image) != 0)
    if image.has_transparency_data:
        image = _over(image, "black")
    return np.asarray(np.array(_converted(image, "RGB", path)).any(axis=2))


def image_size(path: Path) -> Size:
    """Return the height and width that `read_image` would give, without decoding the pixels.

    Raises:
        DataError: If the file is missing or of no known format.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
            sideways = image.getexif().get(ExifTags.Base.Orientation, 1) >= _FIRST_SIDEWAYS
    except Exception as error:
        raise _unreadable(path, error) from error
    return (width, height) if sideways else (height, width)


def _open(path: Path) -> Image.Image:
    """Decode the whole file here, so that every fault of it is found here."""
    try:
        with Image.open(path) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.format = image.format
            return upright
    except Exception as error:  # decoders of broken files raise nearly anything
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    if isinstance(error, FileNotFoundError):
        return DataError(f"expected an image at {path}, got no file: check the path")
    reason = " ".join(str(error).split()) or type(error).__name__
    return DataError(
        f"expected a readable image, got {path} ({reason}): replace the file, or leave bad ones out "
        "with --skip-bad"
    )


def _over(image: Image.Image, colour: str) -> Image.Image:
    visible = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", visible.size, colour), visible)


def _converted(image: Image.Image, mode: str, path: Path) -> Image.Image:
    try:
        return image.convert(mode)
    except ValueError:
        raise DataError(
            f"expected grey or colour, got mode {image.mode!r} in {path}: save the image as 8-bit RGB"
        ) from None


def _to_8_bit(values: npt.NDArray[Any], path: Path) -> npt.NDArray[np.uint8]:
    low, high = values.min(), values.max()
    is_float = np.issubdtype(values.dtype, np.floating)
    white = 65535 if not is_float else 1 if high <= 1 else 255
    if not (low >= 0 and high <= white):
        expected = "values in [0, 1] or [0, 255]" if is_float else "16-bit values in [0, 65535]"
        raise DataError(
            f"expected {expected}, got {low} to {high} in {path}: save the image with 8 or 16 bits a pixel"
        )
    return np.rint(values * (255.0 / white)).astype(np.uint8)
