"""Decoding a picture file of any kind into a raster that keeps its depth."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

from PIL import Image, ImageFile

from synth_anomaly.data.pictures import deep, png, tiff
from synth_anomaly.data.pictures.metadata import without_metadata
from synth_anomaly.data.pictures.opening import opened, orientation_in, orientation_of, without_pillows_limit
from synth_anomaly.data.pictures.pillow import as_raster
from synth_anomaly.data.pictures.pnm import pnm_header, pnm_values
from synth_anomaly.data.pictures.raster import Raster
from synth_anomaly.data.reading import MAX_PIXELS, Reading
from synth_anomaly.errors import DataError, ImageFileError
from synth_anomaly.interfaces import Size

__all__ = ["decode", "page_count", "picture_size", "readable_suffixes"]

Result = TypeVar("Result")

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BIT_DEPTH = 24  # where a PNG file has it
_HEAD = 512


def decode(
    path: Path, reading: Reading | None = None, *, page: int = 0, at_least: Size | None = None
) -> Raster:
    """Return the pixels of a picture file, upright and as deep as the file has them.

    Args:
        path: A file of any format that Pillow reads, known by its content.
        reading: How to read it; by default as :class:`Reading` says.
        page: Which of its pages.
        at_least: Height and width that are enough; a JPEG may then be decoded at a half of its size or less.

    Raises:
        DataError: If it is missing, broken, of no known format, too large, or has no such page.
    """
    asked = reading or Reading()
    return _with_file(path, lambda file: _Decoder(path, file, asked, page, at_least).raster())


def page_count(path: Path) -> int:
    """Return how many pages a picture file has, without decoding any.

    Raises:
        DataError: If it is missing, broken or of no known format.
    """
    return _with_file(path, _pages)


def picture_size(path: Path, page: int = 0) -> Size:
    """Return the height and width of a page as `decode` gives it, without decoding it.

    Raises:
        DataError: If it is missing, broken or of no known format.
    """
    return _with_file(path, lambda file: _size(file, page))


def readable_suffixes() -> frozenset[str]:
    """Return the endings of the files that can be read, in lower case with their dots."""
    endings = Image.registered_extensions().items()
    return frozenset(ending for ending, name in endings if name in Image.OPEN)


class _Decoder:
    """One file, while it is decoded."""

    def __init__(
        self, path: Path, file: IO[bytes], reading: Reading, page: int, at_least: Size | None
    ) -> None:
        self._path, self._file, self._reading, self._page = path, file, reading, page
        self._at_least = at_least

    def raster(self) -> Raster:
        head = self._file.read(_HEAD)
        if head[:4] in _TIFF:
            return self._tiff()
        if head.startswith(png.SIGNATURE) and head[_BIT_DEPTH] == 16:
            return self._deep_png()
        pnm = pnm_header(head)
        if pnm is not None and pnm.maxval > 255:
            self._check_pixels(pnm.size)
            bits = pnm.maxval.bit_length() if pnm.maxval < 65535 else None
            values = pnm_values(self._all(), pnm)
            return Raster(values=values, white=pnm.maxval, declared_bits=bits, format="PPM")
        return self._simple()

    def _simple(self) -> Raster:
        try:
            return self._by_pillow(self._file)
        except (DataError, FileNotFoundError):
            raise
        except Exception:
            data = self._all()
            bare, orientation = without_metadata(data)
            if bare == data:
                raise
            return self._by_pillow(io.BytesIO(bare)).turned(orientation)

    def _by_pillow(self, file: IO[bytes], page: int | None = None) -> Raster:
        try:
            return self._loaded(file, self._page if page is None else page)
        except Image.DecompressionBombError as error:
            found = re.search(r"\((\d+) pixels", str(error))
            self._check_count(int(found[1]) if found else MAX_PIXELS + 1)
        with without_pillows_limit():
            return self._loaded(file, self._page if page is None else page)

    def _loaded(self, file: IO[bytes], page: int) -> Raster:
        image = opened(file)
        pages = _frames(image)
        if page:
            image.seek(page)
        self._check_pixels((image.height, image.width))
        if self._at_least is not None:
            image.draft("RGB", self._at_least[::-1])
        image.load()
        return as_raster(image, file, pages=pages).turned(orientation_of(image))

    def _tiff(self) -> Raster:
        pages = tiff.tiff_pages(self._file)
        page = pages[self._page]
        self._check_pixels(page.size)
        data = self._all()
        raster = deep.tiff_raster(data, page) if deep.is_deep_tiff(page) else None
        if raster is None:
            raster = deep.with_stated_depth(self._by_pillow(io.BytesIO(tiff.page_alone(data, page)), 0), page)
        return deep.described(raster, page, len(pages)).turned(page.orientation)

    def _deep_png(self) -> Raster:
        header = png.png_header(self._file)
        self._check_pixels(header.size)
        if header.is_grey:
            raster = self._simple()
        else:
            found = deep.png_raster(png.without_metadata(self._all()))
            raster = self._simple() if found is None else found.turned(orientation_in(header.exif))
        return deep.with_significant_bits(raster, header.significant)

    def _all(self) -> bytes:
        self._file.seek(0)
        return self._file.read()

    def _check_pixels(self, size: Size) -> None:
        self._check_count(size[0] * size[1], f"{size[1]}x{size[0]}, ")

    def _check_count(self, pixels: int, size: str = "") -> None:
        if pixels > (limit := self._reading.max_pixels):
            raise ImageFileError.of(
                self._path,
                f"{size}{pixels:,} pixels, above the limit of {limit:,}",
                f"read it with --max-pixels {pixels}, or make it smaller",
            )


def _with_file(path: Path, read: Callable[[IO[bytes]], Result]) -> Result:
    try:
        with path.open("rb") as file:
            return read(file)
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"expected an image at {path}, got no file: check the path") from error
    except Exception as error:  # decoders of broken files raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageFileError.of(path, reason) from error


def _opened_anyway(file: IO[bytes]) -> tuple[ImageFile.ImageFile, int | None]:
    """Return a picture, not yet decoded, and how it is to be turned where it was opened without metadata."""
    try:
        return opened(file), None
    except Exception:
        file.seek(0)
        data = file.read()
        bare, orientation = without_metadata(data)
        if bare == data:
            raise
        return opened(io.BytesIO(bare)), orientation


def _frames(image: ImageFile.ImageFile) -> int:
    return int(getattr(image, "n_frames", 1))


def _pages(file: IO[bytes]) -> int:
    if file.read(4) in _TIFF:
        return len(tiff.tiff_pages(file))
    return _frames(_opened_anyway(file)[0])


def _size(file: IO[bytes], page: int) -> Size:
    head = file.read(len(png.SIGNATURE))
    if head[:4] in _TIFF:
        found = tiff.tiff_pages(file)[page]
        size, orientation = found.size, found.orientation
    elif head == png.SIGNATURE:
        header = png.png_header(file)
        size, orientation = header.size, orientation_in(header.exif)
    else:
        image, turn = _opened_anyway(file)
        if page:
            image.seek(page)
        size = image.height, image.width
        orientation = orientation_of(image) if turn is None else turn
    return (size[1], size[0]) if 5 <= orientation <= 8 else size
