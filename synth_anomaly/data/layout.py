"""What data sets made of folders share: which files are images, and which mask belongs to which image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from synth_anomaly.data.image_file import ImageFile, MaskFile
from synth_anomaly.data.pictures import readable_suffixes
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = [
    "DEMO_MARKER",
    "GOOD",
    "good_samples",
    "has_images",
    "image_files",
    "image_sample",
    "labelled_samples",
    "subfolders",
]

GOOD = "good"

DEMO_MARKER = ".synth-anomaly-demo"
"""The file that says of a category's folder that its images are the demo's."""


@cache
def _extensions() -> frozenset[str]:
    return readable_suffixes()


def image_files(folder: Path) -> list[Path]:
    """Return the image files right in a folder, by name; hidden files are none.

    Raises:
        DataError: If the folder is missing or may not be listed.
    """
    return [path for path in _entries(folder) if path.suffix.lower() in _extensions() and path.is_file()]


def subfolders(folder: Path) -> list[Path]:
    """Return the folders right in a folder, by name; hidden folders are none.

    Raises:
        DataError: If the folder is missing or may not be listed.
    """
    return [path for path in _entries(folder) if path.is_dir()]


def has_images(folder: Path) -> bool:
    """Whether a folder exists and images lie right in it."""
    return folder.is_dir() and bool(image_files(folder))


def good_samples(folder: Path) -> list[Sample]:
    """Return the images of a folder as good samples.

    Raises:
        DataError: If the folder is missing or holds no image.
    """
    return [image_sample(GOOD, stem, path) for stem, path in _images_by_stem(folder).items()]


def labelled_samples(
    test: Path, truth: Path, *, suffixes: Sequence[str], masks_required: bool
) -> list[Sample]:
    """Return the test images of ``test/good`` and ``test/<defect>``, with masks from ``truth/<defect>``.

    A mask has the name of its image and one of the suffixes: ``003_mask.png`` for ``003.jpg``.
    Masks of good images say nothing and are not read.

    Args:
        test: Folder with one folder a kind.
        truth: Folder with one folder a defect; may be missing.
        suffixes: What follows the image's name in that of its mask, best first.
        masks_required: Whether every defective image must have a mask, or either all or none.

    Raises:
        DataError: If a folder is missing or empty, or images and masks do not pair.
    """
    folders = subfolders(test)
    if not folders:
        raise DataError(
            f"expected images in {test}/{GOOD} and {test}/<defect>, got no folder in {test}: add them"
        )
    masks = _masks_by_defect(truth)
    for defect in masks.keys() - {folder.name for folder in folders}:
        raise DataError(f"masks in {truth / defect} belong to no image: add the images as {test / defect}")
    masks_required = masks_required or bool(masks)
    samples = []
    for folder in folders:
        images, of_kind = _images_by_stem(folder), masks.get(folder.name, {})
        paired = _pair(images, of_kind, suffixes, truth / folder.name)
        if masks_required and folder.name != GOOD:
            _check_all_have_masks(images, paired, truth / folder.name / f"{{}}{suffixes[0]}.png")
        samples += [image_sample(folder.name, stem, path, paired.get(stem)) for stem, path in images.items()]
    return samples


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"expected a folder at {folder}, got {reason!r}: check the path") from None


def _images_by_stem(folder: Path) -> dict[str, Path]:
    images = _by_stem(image_files(folder))
    if not images:
        raise DataError(f"expected images in {folder}, got none: add some, or remove the folder")
    return images


def _by_stem(files: Iterable[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in files:
        if path.stem in found:
            raise DataError(
                f"expected one file named {path.stem!r} in {path.parent}, "
                f"got {found[path.stem].name} and {path.name}: rename or remove one"
            )
        found[path.stem] = path
    return found


def _masks_by_defect(truth: Path) -> dict[str, dict[str, Path]]:
    if not truth.is_dir():
        return {}
    defects = [folder for folder in subfolders(truth) if folder.name != GOOD]
    masks = {folder.name: _by_stem(image_files(folder)) for folder in defects}
    return {defect: files for defect, files in masks.items() if files}


def _pair(
    images: Mapping[str, Path], masks: Mapping[str, Path], suffixes: Sequence[str], truth: Path
) -> dict[str, Path]:
    pairs = {}
    for stem in images:
        names = [stem + suffix for suffix in suffixes if stem + suffix in masks]
        if names:
            pairs[stem] = masks[names[0]]
    for mask in masks.values():
        if mask not in pairs.values():
            expected = " or ".join(f"<image>{suffix}.png" for suffix in suffixes)
            raise DataError(
                f"mask {mask} belongs to no image: masks in {truth} are named {expected}; "
                "rename it or add its image"
            )
    return pairs


def _check_all_have_masks(images: Mapping[str, Path], paired: Mapping[str, Path], expected: Path) -> None:
    missing = [stem for stem in images if stem not in paired]
    if missing:
        place = str(expected).replace("{}", missing[0])
        others = f" (and {len(missing) - 1} more of its kind)" if len(missing) > 1 else ""
        raise DataError(
            f"defective image {images[missing[0]]}{others} has no mask: expected {place}; "
            "add it or remove the image"
        )


def image_sample(defect: str, stem: str, path: Path, mask: Path | None = None) -> Sample:
    """Return an image file as a sample, named ``<defect>/<stem>``, with its mask's file if any."""
    return Sample(
        name=f"{defect}/{stem}",
        defect=defect,
        read=ImageFile(path),
        read_mask=MaskFile(path, (mask,)) if mask else None,
        path=path,
    )
