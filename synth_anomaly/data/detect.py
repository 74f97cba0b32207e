"""Which kind of data set a folder is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth_anomaly.data.cifar10 import CIFAR10
from synth_anomaly.data.cifar10_files import is_cifar10
from synth_anomaly.data.dagm2007 import DAGM2007, is_dagm2007
from synth_anomaly.data.folder import Folder
from synth_anomaly.data.kind_names import GOOD, KindNames
from synth_anomaly.data.kolektor_sdd import KolektorSDD, is_kolektor_sdd
from synth_anomaly.data.kolektor_sdd2 import KolektorSDD2, is_kolektor_sdd2
from synth_anomaly.data.layouts import Layout, layout_of, layouts_of
from synth_anomaly.data.listing import subfolders
from synth_anomaly.data.mvtec_ad import MVTecAD
from synth_anomaly.data.near import shortcomings
from synth_anomaly.data.places import Places, find_places
from synth_anomaly.errors import DataError

__all__ = ["Located", "detect", "one_category"]


@dataclass(frozen=True)
class Located:
    """A data set that was found.

    Attributes:
        dataset: Name of the data set.
        root: Its root; None where it needs no folder.
        categories: What can be chosen from; empty where the data set cannot list its categories.
        notice: A line to show; empty where this is what was asked for.
    """

    dataset: str
    root: Path | None
    categories: tuple[str, ...]
    notice: str = ""


def detect(path: Path, origin: str, options: Mapping[str, Any] | None = None) -> Located:
    """Tell data sets of known layouts from a plain folder of images.

    Layouts that have a folder for each kind are told by these, in the folder itself or in those right in it;
    KolektorSDD and KolektorSDD2 by the masks beside their images, DAGM 2007 by the names of its folders,
    CIFAR-10 by those of its files. A plain folder has good images where :class:`Folder` finds them, or
    several folders that have a ``train``, or good images beside defective ones.

    Args:
        path: The folder to look into.
        origin: Where the path comes from, for the error: ``"--data"``.
        options: The options of the data set that say how folders are read.

    Raises:
        DataError: If it is neither; the message says what comes near.
    """
    if not path.is_dir():
        raise DataError(f"expected a folder of images at {path}, got no folder: check {origin}")
    given = options or {}
    names, deep = KindNames(given.get("good", ()), given.get("bad", ())), bool(given.get("subfolders"))
    if layout := layout_of(path):
        return _of_parent(layout.dataset, path)
    kinds: tuple[tuple[Any, Callable[[Path], bool]], ...] = (
        (KolektorSDD2, is_kolektor_sdd2),
        (KolektorSDD, is_kolektor_sdd),
        (DAGM2007, is_dagm2007),
        (CIFAR10, is_cifar10),
    )
    for kind, is_kind in kinds:
        if is_kind(path):
            return Located(kind.name, path, kind.categories(str(path)))
    if found := _of_several(path):
        return found
    inside = [places for each in subfolders(path) if (places := find_places(each, names, deep=deep))]
    # folders of images without a train folder may be anything, such as the kinds of a test set
    if find_places(path, names, deep=deep) or any(map(_is_product, inside)):
        categories = Folder.categories(str(path), deep, names.good, names.bad)
        return Located(Folder.name, path, categories)
    near = "".join(f"; {text}" for text in shortcomings(path, names))
    raise DataError(
        f"expected images of good parts in {path}, got none: looked for <category>/train/{GOOD}, "
        f"train/{GOOD}, train, {GOOD} beside defective ones, and images right in it{near}; check {origin}"
    )


def one_category(dataset: str, folder: Path) -> Located | None:
    """Return what a folder is where it is itself one category in a layout of a data set."""
    fits = any(layout.fits(folder) for layout in layouts_of(dataset))
    return _of_parent(dataset, folder) if fits else None


def _of_parent(dataset: str, folder: Path) -> Located:
    real = folder.resolve()  # "." has no name
    return Located(dataset, real.parent, (real.name,))


def _of_several(path: Path) -> Located | None:
    """Return the data set that the folders right in one are categories of."""
    told = {folder.name: layout for folder in subfolders(path) if (layout := layout_of(folder))}
    if not told:
        return None
    layouts: list[Layout] = list(told.values())
    datasets = {layout.dataset for layout in layouts}
    # own products may be called like a published one
    dataset = datasets.pop() if len(datasets) == 1 else MVTecAD.name
    own = layouts_of(dataset)
    names = tuple(each.name for each in subfolders(path) if any(layout.fits(each) for layout in own))
    if not set(told) <= set(names):
        return None
    return Located(dataset, path, names)


def _is_product(places: Places) -> bool:
    return not places.is_flat
