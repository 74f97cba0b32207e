"""A folder of good images, and test images where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.layout import (
    DEMO_MARKER,
    GOOD,
    good_samples,
    has_images,
    image_files,
    labelled_samples,
    subfolders,
)
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["Folder", "good_folder"]


class Folder:
    """One product in a folder: good images, and nothing else need be there.

    Good images lie in ``train/good``, in ``train``, or right in the folder; the first of these that
    holds images is taken. ``test/good`` and ``test/<defect>`` may hold test images, and
    ``ground_truth/<defect>`` their masks, named as the image with or without ``_mask``. Either every
    defective image has a mask or none has one; with none, only images can be scored and not pixels.

    Args:
        root: The product's folder, or a folder of several products' folders.
        category: Name of the product. It picks a folder of ``root`` where ``root`` itself holds no good
            images. By default the name of ``root``.
    """

    name: str = "folder"

    def __init__(self, root: str, category: str | None = None) -> None:
        self.root = root
        self.category = category or Path(root).resolve().name
        if any((folder / DEMO_MARKER).is_file() for folder in (Path(root), Path(root) / self.category)):
            self.name = Demo.name

    @staticmethod
    def categories(root: str) -> tuple[str, ...]:
        """Return the name of ``root`` where it holds good images, otherwise of its folders that do.

        Raises:
            DataError: If there is no such folder.
        """
        if good_folder(Path(root)):
            return (Path(root).resolve().name,)
        return tuple(folder.name for folder in subfolders(Path(root)) if good_folder(folder))

    def train(self) -> Sequence[Sample]:
        """Return the good training images, named ``good/<file>``, by name.

        Raises:
            DataError: If there are none.
        """
        return good_samples(self._places()[1])

    def test(self) -> Sequence[Sample]:
        """Return the test images, named ``<defect>/<file>``, by name; empty where there is no ``test``.

        Raises:
            DataError: If a kind has no image, images are not sorted by kind, or some lack their masks.
        """
        folder, _ = self._places()
        test = folder / "test"
        if not test.is_dir():
            return []
        if loose := image_files(test):
            raise DataError(
                f"expected test images in {test / GOOD} and {test}/<defect>, got {loose[0].name} right in "
                f"{test}: move it to where it belongs"
            )
        return labelled_samples(test, folder / "ground_truth", suffixes=("_mask", ""), masks_required=False)

    def _places(self) -> tuple[Path, Path]:
        """Return the product's folder, and the folder of its good images."""
        root = Path(self.root)
        for folder in (root, root / self.category):
            good = good_folder(folder)
            if good:
                return folder, good
        found = self.categories(self.root)
        hint = f"choose a category from {', '.join(found)}" if found else "add images of good parts"
        raise DataError(
            f"expected good images in {root} or its folder {self.category!r} (train/{GOOD}, train, or right "
            f"in it), got none: {hint}"
        )


def good_folder(folder: Path) -> Path | None:
    """Return where in a product's folder its good images lie; None where there are none."""
    places = (folder / "train" / GOOD, folder / "train", folder)
    return next((place for place in places if has_images(place)), None)
