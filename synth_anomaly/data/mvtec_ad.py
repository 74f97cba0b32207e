"""The folder layout of MVTec AD, which many other data sets follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.layout import DEMO_MARKER, GOOD, good_samples, labelled_samples, subfolders
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["TRAINING_IMAGES", "MVTecAD"]

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
