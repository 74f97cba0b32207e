"""The images in a folder, with what lies beside them and is not read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from synth_anomaly.data.beside import masks_among
from synth_anomaly.data.kind_names import is_leftover
from synth_anomaly.data.pictures import readable_suffixes
from synth_anomaly.data.unread import Unread
from synth_anomaly.errors import DataError

__all__ = ["Listing", "count_images", "holds_images", "image_files", "list_images", "subfolders"]

_OVERLAY = "_overlay"


@dataclass
class Listing:
    """What a folder holds.

    Attributes:
        folder: The folder.
        images: Its images by path, those of a folder before those of the folders in it.
        masks: The masks that lie among them, by the image that they are of.
        notes: JSON files among them, which may say where defects are.
        unread: What was not read.
    """

    folder: Path
    images: list[Path] = field(default_factory=list)
    masks: dict[Path, Path] = field(default_factory=dict)
    notes: list[Path] = field(default_factory=list)
    unread: Unread = field(default_factory=Unread)

    def name(self, path: Path) -> str:
        """Return a file's path below the folder, without suffix."""
        # relative_to() would take most of the time that a folder takes
        above = "" if self.folder == Path() else str(self.folder)
        below = str(path).removeprefix(above).removesuffix(path.suffix)
        return below.replace(os.sep, "/").removeprefix("/")


def list_images(
    folder: Path,
    *,
    deep: bool = False,
    used: Collection[Path] = (),
    apart: Callable[[str], bool] = lambda _: False,
    mask_suffix: Sequence[str] = (),
) -> Listing:
    """List the images of a folder.

    Links are followed. A folder that was listed under another name already, as where a link leads back to a
    folder above, is not listed again.

    Args:
        folder: The folder.
        deep: Whether images in its subfolders are read, at any depth, or only counted.
        used: Subfolders that are read otherwise, neither read nor counted here.
        apart: Says of a subfolder's name whether it holds something else, such as masks: its images are
            counted under its name and never read.
        mask_suffix: What follows an image's name in that of a mask beside it, besides the usual suffixes.

    Raises:
        DataError: If a folder is missing or may not be listed.
    """
    listing = Listing(folder)
    _walk(listing, folder, deep, apart, {_identity(folder), *map(_identity, used)})
    listing.masks = masks_among(listing.images, mask_suffix)
    masks = set(listing.masks.values())
    listing.images = [path for path in listing.images if path not in masks]
    listing.unread.masks += len(masks)
    return listing


def image_files(folder: Path) -> list[Path]:
    """Return the image files right in a folder, by name; hidden files are none.

    Raises:
        DataError: If the folder is missing or may not be listed.
    """
    return [Path(entry.path) for entry in _entries(folder) if _is_image(entry)]


def subfolders(folder: Path) -> list[Path]:
    """Return the folders right in a folder, by name; hidden folders and systems' leftovers are none.

    Raises:
        DataError: If the folder is missing or may not be listed.
    """
    return [Path(entry.path) for entry in _entries(folder) if _is_folder(entry)]


def count_images(folder: Path) -> int:
    """Return how many images a folder holds at any depth.

    Raises:
        DataError: If a folder in it may not be listed.
    """
    return _count(folder, {_identity(folder)})


def holds_images(folder: Path) -> bool:
    """Whether there is an image at any depth of a folder.

    Raises:
        DataError: If a folder in it may not be listed.
    """
    return _holds(folder, {_identity(folder)})


def _walk(
    listing: Listing, folder: Path, deep: bool, apart: Callable[[str], bool], seen: set[tuple[int, int]]
) -> None:
    unread, entries = listing.unread, _entries(folder, listing.unread.leftovers)
    _sort_files(listing, [entry for entry in entries if not _is_folder(entry)])
    inside = [entry for entry in entries if _is_folder(entry)]
    # folders themselves before links to them, so that names do not depend on links
    for entry in sorted(inside, key=lambda entry: entry.is_symlink()):
        place = Path(entry.path)
        if (identity := _identity(place)) in seen:
            unread.linked += entry.is_symlink()
            continue
        seen.add(identity)
        if apart(entry.name):
            unread.folders[place.relative_to(listing.folder).as_posix()] += _count(place, seen)
        elif deep:
            _walk(listing, place, deep, apart, seen)
        else:
            unread.deeper += _count(place, seen)


def _sort_files(listing: Listing, entries: Iterable[os.DirEntry[str]]) -> None:
    entries = list(entries)
    stems = {entry.name.rpartition(".")[0] for entry in entries}
    for entry in entries:
        path = Path(entry.path)
        if not _is_file(entry):
            listing.unread.broken += entry.is_symlink()
        elif not _is_image(entry):
            if path.suffix.lower() == ".json":
                listing.notes.append(path)
            else:
                listing.unread.suffixes[path.suffix.lower()] += 1
        elif path.stem.endswith(_OVERLAY) and path.suffix == ".png" and _without_overlay(path) in stems:
            listing.unread.overlays += 1
        else:
            listing.images.append(path)


def _without_overlay(path: Path) -> str:
    return path.stem.removesuffix(_OVERLAY)


def _count(folder: Path, seen: set[tuple[int, int]]) -> int:
    entries = _entries(folder)
    inside = [Path(entry.path) for entry in entries if _is_folder(entry)]
    new = {identity: place for place in inside if (identity := _identity(place)) not in seen}
    seen.update(new)
    return sum(map(_is_image, entries)) + sum(_count(place, seen) for place in new.values())


def _holds(folder: Path, seen: set[tuple[int, int]]) -> bool:
    entries = _entries(folder)
    if any(map(_is_image, entries)):
        return True
    for place in (Path(entry.path) for entry in entries if _is_folder(entry)):
        if (identity := _identity(place)) not in seen:
            seen.add(identity)
            if _holds(place, seen):
                return True
    return False


def _entries(folder: Path, leftovers: Counter[str] | None = None) -> list[os.DirEntry[str]]:
    """Return what is in a folder by name, less what is nobody's data, which is counted where asked."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"expected a folder at {folder}, got {reason!r}: check the path") from None
    if leftovers is not None:
        leftovers.update(entry.name for entry in entries if is_leftover(entry.name))
    return [entry for entry in entries if not is_leftover(entry.name)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def _is_image(entry: os.DirEntry[str]) -> bool:
    return os.path.splitext(entry.name)[1].lower() in _suffixes() and _is_file(entry)  # noqa: PTH122


def _identity(folder: Path) -> tuple[int, int]:
    """Return what a folder is, whatever path leads to it."""
    try:
        found = folder.stat()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"expected a folder at {folder}, got {reason!r}: check the path") from None
    return found.st_dev, found.st_ino


@cache
def _suffixes() -> frozenset[str]:
    return readable_suffixes()
