"""Picture files as masks, and what a person would see at once in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.pictures import Raster, decode
from synth_anomaly.data.reading import Reading
from synth_anomaly.errors import DataError

__all__ = ["Mask", "MaskFacts", "decoded_mask", "read_mask"]

_HALF = 128


@dataclass(frozen=True, kw_only=True)
class MaskFacts:
    """What a user should know of how a mask was read.

    Attributes:
        path: The file.
        levels: How many levels of brightness it has, or colours of a palette that are used.
        between: Share of its pixels that are neither of the darkest nor of the brightest level, in [0, 1].
        lossy: The format, where it blurs edges and is cut at half for that; empty elsewhere.
        indexed: Whether pixels of several palette indices look all alike.
        by_alpha: Whether what is opaque was taken as marked, since all colours are black.
        hidden: Whether its transparency hides all of it, and was left out of account.
        has_nan: Whether some values are no numbers; these mark nothing.
    """

    path: Path
    levels: int = 2
    between: float = 0.0
    lossy: str = ""
    indexed: bool = False
    by_alpha: bool = False
    hidden: bool = False
    has_nan: bool = False


@dataclass(frozen=True)
class Mask:
    """A decoded mask.

    Attributes:
        marked: bool ``(H, W)``, True is a defect.
        facts: What a user should know of its files, one each; empty for a mask that is no file.
        inverted: Whether it is the opposite of what its files mark.
    """

    marked: npt.NDArray[np.bool_]
    facts: tuple[MaskFacts, ...] = ()
    inverted: bool = False


def read_mask(path: Path, reading: Reading | None = None, *, page: int = 0) -> npt.NDArray[np.bool_]:
    """Read a file as a mask: every pixel that is not black is a defect, and no transparent one is.

    A file of a lossy format (JPEG, lossy WebP, AVIF, JPEG inside TIFF) is cut at half, whatever its name.
    Where all colours are black and transparency differs, what is opaque is the defect.

    Args:
        path: A file of any format that Pillow reads.
        reading: Another rule: ``mask_threshold``, ``mask_classes``, ``invert_masks``.
        page: Which of its pages.

    Returns:
        bool (H, W), True is a defect.

    Raises:
        DataError: If the file cannot be read, or classes are asked for that it cannot have.
    """
    return decoded_mask(path, reading, page=page).marked


def decoded_mask(path: Path, reading: Reading | None = None, *, page: int = 0) -> Mask:
    """Read a file as `read_mask` does, with what a user should know of it."""
    asked = reading or Reading()
    raster = decode(path, asked, page=page)
    if asked.mask_classes:
        marked, facts = _of_classes(raster, asked, path), MaskFacts(path=path, hidden=raster.hidden)
    else:
        marked, facts = _bright(raster, asked.mask_threshold, path)
    return Mask(np.asarray(~marked if asked.invert_masks else marked), (facts,), asked.invert_masks)


def _bright(raster: Raster, threshold: int | None, path: Path) -> tuple[npt.NDArray[np.bool_], MaskFacts]:
    values = raster.values if raster.values.ndim == 2 else raster.values.max(axis=2)
    lossy = raster.format if raster.lossy and threshold is None else ""
    cut = _HALF if lossy else threshold
    marked = np.asarray(values > 0 if cut is None else values * (255.0 / _white(raster)) >= cut)
    by_alpha = False
    if raster.alpha is not None:
        by_alpha = not raster.values.any()
        marked = np.asarray(raster.alpha >= (cut or 1) if by_alpha else marked & (raster.alpha > 0))
    levels, between = _levels(values)
    facts = MaskFacts(
        path=path,
        # colours of a palette are classes and no steps between black and white
        levels=2 if raster.index is not None or threshold is not None else levels,
        between=between,
        lossy=lossy,
        indexed=raster.index is not None and not marked.any() and bool(np.ptp(raster.index)),
        by_alpha=by_alpha,
        hidden=raster.hidden,
        has_nan=bool(np.isnan(values).any()) if values.dtype == np.float32 else False,
    )
    return marked, facts


def _white(raster: Raster) -> float:
    if raster.values.dtype == np.float32 and raster.values.size and raster.values.max() > 1:
        return 255
    return raster.white


def _levels(values: npt.NDArray[Any]) -> tuple[int, float]:
    """Return how many levels there are, and the share of pixels between the lowest and the highest."""
    if values.dtype in (np.uint8, np.uint16):
        counts = np.bincount(values.ravel())
        counts = counts[counts > 0]
    else:
        counts = np.unique(values[~np.isnan(values)], return_counts=True)[1]
    total = int(counts.sum())
    return len(counts), float(counts[1:-1].sum()) / total if total else 0.0


def _of_classes(raster: Raster, reading: Reading, path: Path) -> npt.NDArray[np.bool_]:
    marked = np.zeros(raster.values.shape[:2], np.bool_)
    one = raster.index if raster.index is not None else raster.values if raster.values.ndim == 2 else None
    for name in reading.mask_classes:
        if isinstance(name, str):
            colours = raster.values if raster.values.ndim == 3 else raster.values[..., None].repeat(3, 2)
            marked |= np.asarray((colours == np.array(reading.colour(name))).all(axis=2))
        elif one is None:
            raise DataError(
                f"expected a palette or grey mask for class {name}, got colours in {path}: "
                "name the colours, as in --mask-classes '#ff0000'"
            )
        else:
            marked |= np.asarray(one == name)
    return marked
