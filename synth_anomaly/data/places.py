"""Where in a product's folder its good images lie, its test images and its masks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from synth_anomaly.data.kind_names import MASK_ENDINGS, KindNames, is_test, is_train, is_truth
from synth_anomaly.data.listing import holds_images, image_files, subfolders

__all__ = ["Places", "find_places", "has_images"]

_VISA_IMAGES, _VISA_MASKS = "Data/Images", "Data/Masks"


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where a product's images lie.

    Attributes:
        product: The product's folder.
        good: The folder of its good images.
        more_good: Further folders of good images beside it.
        test: The folder that holds a folder for each kind of test image; None where there is none.
        kinds: The folders of test images, one a kind, those of good ones among them.
        truth: Folders of masks, with a folder for each kind of defect or the masks right in them.
        masks: Folders of masks that lie beside those of their images, as ``crack_mask`` beside ``crack``: the
            folder of images and that of masks.
    """

    product: Path
    good: Path
    more_good: tuple[Path, ...] = ()
    test: Path | None = None
    kinds: tuple[Path, ...] = ()
    truth: tuple[Path, ...] = ()
    masks: tuple[tuple[Path, Path], ...] = ()

    @property
    def is_flat(self) -> bool:
        """Whether the good images lie right in the product's folder."""
        return self.good == self.product

    @property
    def used(self) -> frozenset[Path]:
        """All folders that are read."""
        return frozenset(
            (
                self.good,
                *self.more_good,
                *self.kinds,
                *self.truth,
                *(mask for _, mask in self.masks),
                *([self.test] if self.test else []),
            )
        )

    @property
    def between(self) -> Iterator[Path]:
        """The folders above those that are read, from the product's on."""
        yield self.product
        for folder in sorted({path.parent for path in self.used}):
            if folder != self.product and folder.is_relative_to(self.product):
                yield folder


def find_places(folder: Path, names: KindNames, *, deep: bool = False) -> Places | None:
    """Return where the images of a product lie; None where no good image is to be found.

    Good images lie in ``train/good`` (or another name for good), in ``train``, in ``Data/Images/Normal`` as
    VisA has them, in ``good`` beside a folder of defective ones, right in the folder, or in ``good`` alone;
    several folders whose names mean good are all read. Folders beside them whose names mean defective are
    kinds of test images; beside images right in the folder they are counted and not read.

    Args:
        folder: The product's folder.
        names: What good and defective kinds are called.
        deep: Whether images at any depth make a folder of good images.

    Raises:
        DataError: If the folder may not be listed.
    """
    if not folder.is_dir():
        return None
    inside = subfolders(folder)
    test = next((each for each in inside if is_test(each.name)), None)
    within = [] if test is None else subfolders(test)
    truth = tuple(each for each in (*inside, *within) if is_truth(each.name))
    masks = _mask_folders((*inside, *within))
    aside = {mask for _, mask in masks}
    kinds = tuple(each for each in within if not is_truth(each.name) and each not in aside)
    visa = folder / _VISA_IMAGES
    at_visa = subfolders(visa) if visa.is_dir() else []
    bad, visa_bad = (_bad(folders, names) for folders in (inside, at_visa))
    good = _trained(inside, names, deep)
    if not good and visa_bad and (visa_good := _named_good(at_visa, names)):
        truth = (folder / _VISA_MASKS,) if (folder / _VISA_MASKS).is_dir() else ()
        return Places(product=folder, good=visa_good[0], more_good=visa_good[1:], kinds=visa_bad, truth=truth)
    good = good or _untrained(folder, inside, names, deep, bad)
    if not good:
        return None
    # where test images lie right in their folder, they are the test
    if good != (folder,) and (test is None or kinds):
        kinds = (*kinds, *bad)
    return Places(
        product=folder,
        good=good[0],
        more_good=good[1:],
        test=test,
        kinds=kinds,
        truth=truth,
        masks=tuple((kind, mask) for kind, mask in masks if kind in kinds),
    )


def has_images(folder: Path) -> bool:
    """Whether a folder exists and images lie right in it."""
    return folder.is_dir() and bool(image_files(folder))


def _untrained(
    folder: Path, inside: list[Path], names: KindNames, deep: bool, bad: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Return the folders of a product's good images where none is named train."""
    named = _named_good(inside, names)
    if named and bad:
        return named
    if has_images(folder):
        return (folder,)
    if named and not _others(inside, named):
        return named
    return (folder,) if deep and not _is_several(inside, names) and holds_images(folder) else ()


def _trained(inside: list[Path], names: KindNames, deep: bool) -> tuple[Path, ...]:
    """Return the good images of a folder named train: of folders in it, or right in it."""
    empty: tuple[Path, ...] = ()
    for train in (each for each in inside if is_train(each.name)):
        within = subfolders(train)
        if good := _named_good(within, names):
            return good
        if has_images(train) or (deep and not _bad(within, names) and holds_images(train)):
            return (train,)
        empty = tuple(each for each in within if names.is_good(each.name))[:1] or empty
    return empty


def _mask_folders(folders: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Return folders with those beside them that are called as their masks."""
    by_name = {(each.parent, each.name.casefold()): each for each in folders}
    pairs = (
        (each, by_name.get((each.parent, each.name.casefold() + end)))
        for each in folders
        for end in MASK_ENDINGS
    )
    return [(kind, mask) for kind, mask in pairs if mask is not None]


def _named_good(folders: list[Path], names: KindNames) -> tuple[Path, ...]:
    return tuple(each for each in folders if names.is_good(each.name) and holds_images(each))


def _bad(folders: list[Path], names: KindNames) -> tuple[Path, ...]:
    return tuple(each for each in folders if names.is_bad(each.name) and holds_images(each))


def _others(inside: list[Path], good: tuple[Path, ...]) -> bool:
    """Whether there are further folders of images, of which nobody says what they are."""
    plain = [
        each for each in inside if each not in good and not is_test(each.name) and not is_truth(each.name)
    ]
    return any(map(holds_images, plain))


def _is_several(inside: list[Path], names: KindNames) -> bool:
    """Whether folders are products of their own."""
    return any(_trained(subfolders(each), names, deep=True) for each in inside)
