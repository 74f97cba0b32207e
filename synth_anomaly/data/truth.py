"""Which mask belongs to which image: files in folders of masks, files among the images, outlines in JSON."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.image_file import MaskFile
from synth_anomaly.data.kind_names import MASK_ENDINGS
from synth_anomaly.data.masks import read_mask
from synth_anomaly.data.outlines import OutlineMask, outlines_by_image
from synth_anomaly.data.reading import OF_ANY_SIZE, Reading
from synth_anomaly.errors import DataError

__all__ = ["SUFFIXES", "MaskFolder", "Truth", "by_stem", "is_marked", "outlined", "paired"]

SUFFIXES = tuple(
    dict.fromkeys(("_mask", "", *MASK_ENDINGS, *map(str.upper, MASK_ENDINGS), *map(str.title, MASK_ENDINGS)))
)
"""What follows an image's name in that of its mask, best first, unless a user names others."""

Truth = Callable[[], npt.NDArray[np.bool_]]
"""Reads an image's mask, bool (H, W)."""


Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class MaskFolder:
    """The masks in a folder, by name.

    Attributes:
        folder: The folder.
        files: One file a mask.
        several: Several files a mask, by the name of the folder that holds them.
        outlines: Masks as outlines.
    """

    folder: Path
    files: Mapping[str, Path]
    several: Mapping[str, tuple[Path, ...]]
    outlines: Mapping[str, OutlineMask]

    def __bool__(self) -> bool:
        return bool(self.files or self.several or self.outlines)


def paired(
    images: Mapping[str, Path], masks: MaskFolder, suffixes: Sequence[str]
) -> tuple[dict[str, Truth], list[Path]]:
    """Return the masks of images by the images' names, and the files that belong to none.

    Args:
        images: By name.
        masks: What lies in the folder of masks.
        suffixes: What follows an image's name in that of its mask, best first.
    """
    found: dict[str, Truth] = {}
    used: set[Path] = set()
    for name, image in images.items():
        paths = masks.several.get(name, ())
        if own := next((masks.files[name + each] for each in suffixes if name + each in masks.files), None):
            paths = (own,)
        if paths:
            found[name] = MaskFile(image, paths)
            used.update(paths)
        elif name in masks.outlines:
            found[name] = replace(masks.outlines[name], image=image)
    strangers = [path for path in masks.files.values() if path not in used]
    return found, strangers + [paths[0] for paths in masks.several.values() if paths[0] not in used]


def by_stem(files: Iterable[Path], name: Callable[[Path], str]) -> dict[str, Path]:
    """Return files by their names without suffix.

    Raises:
        DataError: If two files have one name.
    """
    found: dict[str, Path] = {}
    for path in files:
        if (stem := name(path)) in found:
            raise DataError(
                f"expected one file named {stem!r} in {path.parent}, "
                f"got {found[stem].name} and {path.name}: rename or remove one"
            )
        found[stem] = path
    return found


def outlined(images: Mapping[Key, Path], notes: Iterable[Path]) -> dict[Key, OutlineMask]:
    """Return the masks that JSON files give images, by the images' names.

    LabelMe's lies beside its image. A name in COCO's may have folders in front, which tell images of one name
    apart.

    Args:
        images: By name.
        notes: JSON files, of LabelMe, COCO or anything else.

    Raises:
        DataError: If outlines may be of several images.
    """
    by_file: dict[str, list[Key]] = {}
    for name, image in images.items():
        by_file.setdefault(image.stem, []).append(name)
    found: dict[Key, OutlineMask] = {}
    for source in notes:
        for listed, mask in _outlines(source).items():
            names = by_file.get(listed.rpartition("/")[2], [])
            if listed == source.stem:
                names = [name for name in names if images[name].parent == source.parent]
            else:
                names = [name for name in names if _may_be(images[name], listed)]
            if len(names) > 1:
                raise DataError(
                    f"expected the outlines of {listed!r} in {source} to be of one image, got "
                    f"{images[names[0]]} and {images[names[1]]}: give file_name with its folder"
                )
            found.update((name, replace(mask, image=images[name])) for name in names)
    return found


def is_marked(truth: Truth, reading: Reading) -> bool:
    """Whether a mask marks anything.

    Args:
        truth: The mask.
        reading: How its files are read. Images of any size have masks, and are refused where they are read.

    Raises:
        DataError: If it cannot be read.
    """
    if isinstance(truth, OutlineMask):
        return bool(truth.shapes)
    if not isinstance(truth, MaskFile):
        return bool(truth().any())
    if reading.invert_masks and len(truth.paths) > 1:
        return bool(replace(truth, reading=reading)().any())
    rule = replace(reading, max_pixels=OF_ANY_SIZE.max_pixels)
    return any(_is_marked(path, rule, *_state(path)) for path in truth.paths)


def _may_be(image: Path, listed: str) -> bool:
    """Whether a name in COCO's table, which may have folders in front, may be that of an image."""
    folder = listed.rpartition("/")[0].rpartition("/")[2]
    # what follows no folder here is a name of where the images once lay
    return not folder or image.parent.name == folder or not (image.parent.parent / folder).is_dir()


def _outlines(source: Path) -> Mapping[str, OutlineMask]:
    return _read_outlines(source, *_state(source))


@lru_cache(maxsize=1 << 12)
def _read_outlines(source: Path, *_state: Any) -> Mapping[str, OutlineMask]:
    return outlines_by_image(source)


@lru_cache(maxsize=1 << 16)
def _is_marked(path: Path, reading: Reading, *_state: Any) -> bool:
    return bool(read_mask(path, reading).any())


def _state(path: Path) -> tuple[int, int]:
    """Return what changes when a file does."""
    try:
        found = path.stat()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check the file") from error
    return found.st_mtime_ns, found.st_size
