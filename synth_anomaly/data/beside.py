"""Masks that lie among the images, as ``0001_label.png`` beside ``0001.png``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from synth_anomaly.data.kind_names import MASK_ENDINGS
from synth_anomaly.data.pictures import Raster, decode
from synth_anomaly.data.reading import OF_ANY_SIZE
from synth_anomaly.errors import DataError

__all__ = ["masks_among"]

_MOST_COLOURS = 16
_LOSSY_SPREAD = 48  # how far from black or white JPEG takes what was either


def masks_among(images: Sequence[Path], suffixes: Sequence[str] = ()) -> dict[Path, Path]:
    """Return which images of a list are masks of others in it.

    A mask has the name of an image in its folder with ``_label``, ``_mask``, ``_GT`` or the like, and no more
    colours than masks have; or one of the suffixes that a user named, whatever its colours.

    Args:
        images: Image files.
        suffixes: What follows an image's name in that of its mask; empty ones say nothing here.

    Returns:
        Masks by image.
    """
    own = tuple(each for each in suffixes if each)
    likely = [
        path for path in images if path.stem.casefold().endswith(MASK_ENDINGS) or path.stem.endswith(own)
    ]
    if not likely:
        return {}
    stems: dict[tuple[Path, str], Path] = {}
    for path in images:
        stems.setdefault((path.parent, path.stem), path)
    found: dict[Path, Path] = {}
    for path in likely:
        named = next((each for each in own if path.stem.endswith(each)), None)
        ending = named or next(each for each in MASK_ENDINGS if path.stem.casefold().endswith(each))
        image = stems.get((path.parent, path.stem[: -len(ending)]))
        if image is not None and (named or _looks_like_mask(path)):
            found.setdefault(image, path)
    return found


def _looks_like_mask(path: Path) -> bool:
    try:
        found = path.stat()
        return _has_few_colours(path, found.st_mtime_ns, found.st_size)
    except (DataError, OSError):  # said where it is read as an image
        return False


@lru_cache(maxsize=1 << 16)
def _has_few_colours(path: Path, _changed: int, _size: int) -> bool:
    raster = decode(path, OF_ANY_SIZE)
    values = raster.values
    if raster.lossy:
        return bool(_is_black_or_white(raster))
    if values.ndim == 2:
        return len(np.unique(values)) <= _MOST_COLOURS
    return len(np.unique(values.reshape(-1, values.shape[2]), axis=0)) <= _MOST_COLOURS


def _is_black_or_white(raster: Raster) -> bool:
    near = np.minimum(raster.values, raster.white - raster.values) <= _LOSSY_SPREAD
    return bool(near.mean() > 0.98)
