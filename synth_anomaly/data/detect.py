"""Which kind of data set a folder is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth_anomaly.data.cifar10 import CIFAR10
from synth_anomaly.data.cifar10_files import is_cifar10
from synth_anomaly.data.dagm2007 import DAGM2007, is_dagm2007
from synth_anomaly.data.folder import Folder, good_folder
from synth_anomaly.data.kolektor_sdd2 import KolektorSDD2, is_kolektor_sdd2
from synth_anomaly.data.layout import GOOD, has_images, subfolders
from synth_anomaly.data.mvtec_ad import MVTecAD
from synth_anomaly.errors import DataError

__all__ = ["Located", "detect", "is_mvtec_category", "one_category"]


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


def detect(path: Path, origin: str) -> Located:
    """Tell data sets of known layouts from a plain folder of images.

    ``train/good`` beside ``test`` or ``ground_truth`` is MVTec AD's, in the folder itself or in those
    right in it. KolektorSDD2 is told by the masks beside its images, DAGM 2007 by the names of its folders,
    CIFAR-10 by those of its files.
    A plain folder has good images in ``train/good``, in ``train`` or right in it, or several folders that
    have a ``train``.

    Args:
        path: The folder to look into.
        origin: Where the path comes from, for the error: ``"--data"``.

    Raises:
        DataError: If it is neither.
    """
    if not path.is_dir():
        raise DataError(f"expected a folder of images at {path}, got no folder: check {origin}")
    if is_mvtec_category(path):
        return one_category(path)
    kinds: tuple[tuple[Any, Callable[[Path], bool]], ...] = (
        (KolektorSDD2, is_kolektor_sdd2),
        (DAGM2007, is_dagm2007),
        (CIFAR10, is_cifar10),
    )
    for kind, is_kind in kinds:
        if is_kind(path):
            return Located(kind.name, path, kind.categories(str(path)))
    folders = subfolders(path)
    if any(is_mvtec_category(folder) for folder in folders):
        return Located(MVTecAD.name, path, MVTecAD.categories(str(path)))
    # Folders of images without a train folder may be anything, such as the kinds of a test set.
    trained = [folder for folder in folders if _has_train(folder)]
    if good_folder(path) or trained:
        return Located(Folder.name, path, Folder.categories(str(path)))
    raise DataError(
        f"expected images of good parts in {path}, got none: looked for <category>/train/{GOOD}, "
        f"train/{GOOD}, train, and images right in it; check {origin}"
    )


def is_mvtec_category(folder: Path) -> bool:
    """Whether a folder is one category in the layout of MVTec AD."""
    others = (folder / "test", folder / "ground_truth")
    return (folder / "train" / GOOD).is_dir() and any(other.is_dir() for other in others)


def one_category(folder: Path) -> Located:
    """Return what a folder is for which :func:`is_mvtec_category` holds."""
    real = folder.resolve()  # "." has no name
    return Located(MVTecAD.name, real.parent, (real.name,))


def _has_train(folder: Path) -> bool:
    return has_images(folder / "train" / GOOD) or has_images(folder / "train")
