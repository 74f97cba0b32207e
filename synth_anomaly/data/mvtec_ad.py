"""The folder layout of MVTec AD, which many other data sets follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from synth_anomaly.data.cifar10 import CIFAR10
from synth_anomaly.data.cifar10 import TRAINING_IMAGES as CLASS_IMAGES
from synth_anomaly.data.cifar10_files import CLASSES as CIFAR10_CLASSES
from synth_anomaly.data.dagm2007 import CLASSES, DAGM2007, DAGM2007Six
from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.layout import DEMO_MARKER, GOOD, good_samples, labelled_samples, subfolders
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset, Sample

__all__ = ["TRAINING_IMAGES", "MVTecAD", "has_all_categories", "is_original"]

TRAINING_IMAGES: Mapping[str, int] = {
    "bottle": 209,
    "cable": 224,
    "capsule": 219,
    "carpet": 280,
    "grid": 264,
    "hazelnut": 391,
    "leather": 245,
    "metal_nut": 220,
    "pill": 267,
    "screw": 320,
    "tile": 230,
    "toothbrush": 60,
    "transistor": 213,
    "wood": 247,
    "zipper": 240,
}
"""The number of training images of each category of MVTec AD itself (Bergmann et al., table 1)."""


class MVTecAD:
    """One category of a data set in the layout of MVTec AD.

    ``<root>/<category>`` holds ``train/good``, ``test/good``, ``test/<defect>`` and
    ``ground_truth/<defect>``, where ``003_mask.png`` is the mask of ``003.png``. Every defective image
    has a mask. Images may have any format that Pillow reads. Nothing is decoded until it is asked for.
    Its name is ``"demo"`` where the folder holds the exported demo.

    Args:
        root: Folder of the categories.
        category: Name of one of them.

    Source: Bergmann et al., "MVTec AD: A Comprehensive Real-World Dataset for Unsupervised Anomaly
    Detection", CVPR 2019.
    """

    name: str = "mvtec_ad"

    def __init__(self, root: str, category: str) -> None:
        self.root = root
        self.category = category
        if (Path(root) / category / DEMO_MARKER).is_file():
            self.name = Demo.name

    @staticmethod
    def categories(root: str) -> tuple[str, ...]:
        """Return the folders of ``root`` that hold ``train/good``, by name.

        Raises:
            DataError: If there is no such folder.
        """
        return tuple(folder.name for folder in subfolders(Path(root)) if (folder / "train" / GOOD).is_dir())

    def train(self) -> Sequence[Sample]:
        """Return the good training images, named ``good/<file>``, by name.

        Raises:
            DataError: If the category or its images are missing.
        """
        return good_samples(self._folder() / "train" / GOOD)

    def test(self) -> Sequence[Sample]:
        """Return the test images, named ``<defect>/<file>``, by name.

        Raises:
            DataError: If the category or its images are missing, or images and masks do not pair.
        """
        folder = self._folder()
        if not (folder / "test").is_dir():
            raise DataError(
                f"expected test images in {folder / 'test'}, got no folder: add them, "
                "or train on the good images alone with --dataset folder"
            )
        return labelled_samples(
            folder / "test", folder / "ground_truth", suffixes=("_mask",), masks_required=True
        )

    def _folder(self) -> Path:
        found = self.categories(self.root)
        if self.category not in found:
            place = f"{self.root}/{self.category}/train/{GOOD}"
            hint = f"choose a category from {', '.join(found)}" if found else "check the path"
            raise DataError(
                f"expected images of category {self.category!r} in {place}, got no folder: {hint}"
            )
        return Path(self.root) / self.category


def is_original(dataset: Dataset) -> bool:
    """Whether a data set is what its name says: MVTec AD itself, where it is in that layout.

    Many data sets have the layout. MVTec AD is told by its categories and how many images each trains on,
    so that nothing that was published of it stands beside figures of other images; nor does what was
    published of CIFAR-10 where training files are missing.

    Raises:
        DataError: If it has no training images.
    """
    if dataset.name == CIFAR10.name:
        return len(dataset.train()) == CLASS_IMAGES
    return dataset.name != MVTecAD.name or TRAINING_IMAGES.get(dataset.category) == len(dataset.train())


def has_all_categories(name: str, categories: Iterable[str]) -> bool:
    """Whether categories are all that a published mean over the data set ``name`` is of."""
    whole = {
        MVTecAD.name: TRAINING_IMAGES.keys(),
        DAGM2007.name: CLASSES,
        DAGM2007Six.name: CLASSES[:6],
        CIFAR10.name: CIFAR10_CLASSES,
    }
    return name not in whole or set(categories) == set(whole[name])
