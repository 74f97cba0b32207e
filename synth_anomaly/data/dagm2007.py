"""The folder layout of DAGM 2007."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synth_anomaly.data.kind_names import GOOD
from synth_anomaly.data.listing import image_files, subfolders
from synth_anomaly.data.samples import image_sample
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["CLASSES", "DAGM2007", "DAGM2007Six", "is_dagm2007"]

_LABELS = "Label"
_SUFFIX = "_label"
_DEFECT = "defect"

CLASSES = tuple(f"Class{number}" for number in range(1, 11))
"""The ten classes; the first six were published first."""


class DAGM2007:
    """One of the ten classes of DAGM 2007 as it is published.

    ``Class1/Train`` and ``Class1/Test`` hold the images, ``Label`` in each of them the masks of the defective
    ones: ``Class1/Test/Label/0007_label.PNG`` is that of ``Class1/Test/0007.PNG``. An image without a mask is
    good; the good ones of ``Train`` train, all of ``Test`` test.

    Args:
        root: Folder of the classes.
        category: Name of one of them, such as ``"Class1"``.
        masks: Whether the masks count as the truth. They are coarse ellipses around the defects, so that by
            default images alone are scored, as in the papers.

    Source: Wieler, Hahn, "Weakly Supervised Learning for Industrial Optical Inspection", DAGM 2007. The first
    six classes were published first, and papers give figures of them apart: :class:`DAGM2007Six`.
    """

    name: str = "dagm2007"

    def __init__(self, root: str, category: str, masks: bool = False) -> None:
        self.root = root
        self.category = category
        self.masks = masks

    @staticmethod
    def categories(root: str) -> tuple[str, ...]:
        """Return the folders of ``root`` that hold ``Train``, ``Class2`` before ``Class10``.

        Raises:
            DataError: If there is no such folder.
        """
        found = (folder.name for folder in subfolders(Path(root)) if _is_class(folder))
        return tuple(sorted(found, key=lambda name: (len(name), name)))

    def train(self) -> Sequence[Sample]:
        """Return the good training images, named ``good/<number>``, by number.

        Raises:
            DataError: If the class or its images are missing, or a mask belongs to no image.
        """
        good = [sample for sample in self._samples("Train") if not sample.is_defective]
        if not good:
            place = Path(self.root) / self.category / "Train"
            raise DataError(f"expected images without a mask in {place}, got none: add good ones")
        return good

    def test(self) -> Sequence[Sample]:
        """Return the test images, named ``good/<number>`` and ``defect/<number>``, by number.

        Raises:
            DataError: If the class or its images are missing, or a mask belongs to no image.
        """
        return self._samples("Test")

    def _samples(self, split: str) -> list[Sample]:
        folder = Path(self.root) / self.category / split
        images, labels = image_files(folder), folder / _LABELS
        if not images:
            raise DataError(f"expected images such as 0001.PNG in {folder}, got none: check the path")
        files = image_files(labels) if labels.is_dir() else []
        masks = {path.stem.removesuffix(_SUFFIX): path for path in files if path.stem.endswith(_SUFFIX)}
        if strangers := masks.keys() - {path.stem for path in images}:
            raise DataError(
                f"mask {masks[min(strangers)]} belongs to no image in {folder}: add the image, "
                "or remove the mask"
            )
        return [self._sample(path, masks.get(path.stem)) for path in images]

    def _sample(self, path: Path, mask: Path | None) -> Sample:
        return image_sample(_DEFECT if mask else GOOD, path.stem, path, mask if self.masks else None)


class DAGM2007Six(DAGM2007):
    """The first six classes of DAGM 2007 alone; everything else as in :class:`DAGM2007`."""

    name = "dagm2007_six"

    @staticmethod
    def categories(root: str) -> tuple[str, ...]:
        """Return those of the first six classes that are there.

        Raises:
            DataError: If there is no such folder.
        """
        return tuple(name for name in DAGM2007.categories(root) if name in CLASSES[:6])


def _is_class(folder: Path) -> bool:
    """Whether a folder is a class: ``Train`` and ``Test`` in it, so spelled."""
    return {"Train", "Test"} <= {path.name for path in subfolders(folder)}


def is_dagm2007(folder: Path) -> bool:
    """Whether a folder holds classes."""
    return any(_is_class(inside) for inside in subfolders(folder))
