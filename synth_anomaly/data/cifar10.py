"""CIFAR-10 as a one-class data set: one of its classes is good, the other nine are defects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.cifar10_download import download_cifar10
from synth_anomaly.data.cifar10_files import CLASSES, PER_FILE, TRAINING_FILES, Batch, Files, find_files
from synth_anomaly.data.kind_names import GOOD
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Report, Sample
from synth_anomaly.options import nearest

__all__ = ["CIFAR10", "TRAINING_IMAGES"]

TRAINING_IMAGES = 5_000
"""The number of training images of each class."""


class CIFAR10:
    """One class of CIFAR-10 against the other nine, on images of 32 x 32 pixels.

    The training images of the class train; all 10,000 test images test, those of the other classes as
    defective ones, without masks. The files are read as they are published, in the binary layout
    (``cifar-10-batches-bin``) or in that for Python (``cifar-10-batches-py``), whose pickles are read as data
    and never run. Some of the five training files are enough; what is missing is said.

    Args:
        root: The folder of the files, or the one that holds it.
        category: The good class, such as ``"airplane"``.

    Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; the protocol is that of
    Ruff et al., "Deep One-Class Classification", ICML 2018.
    """

    name: str = "cifar10"

    def __init__(self, root: str, category: str) -> None:
        self.root = root
        self.category = category

    @staticmethod
    def categories(root: str) -> tuple[str, ...]:
        """Return the names of the ten classes.

        Raises:
            DataError: If the files are not there.
        """
        find_files(Path(root))
        return CLASSES

    @staticmethod
    def download(folder: Path, *, url: str | None = None, report: Report | None = None) -> Path:
        """Fetch the binary layout from its authors into a folder; see :func:`download_cifar10`."""
        return download_cifar10(folder, url=url, report=report)

    def train(self) -> Sequence[Sample]:
        """Return the class's training images, named ``good/<number>``: their place among all 50,000.

        Raises:
            DataError: If files are missing or damaged, or hold no image of the class.
        """
        good = [sample for sample in self._training() if not sample.is_defective]
        if not good:
            raise DataError(f"expected images of {self.category} in {self.root}, got none: add other files")
        return good

    def test(self) -> Sequence[Sample]:
        """Return all test images, named ``good/<number>`` and ``<class>/<number>``, by number.

        Raises:
            DataError: If the file is missing or damaged.
        """
        return list(self._samples(self._files().test(), range(PER_FILE), digits=4))

    def anomalies(self) -> Sequence[Sample]:
        """Return the other classes' training images, named ``<class>/<number>``, in the files' order.

        Raises:
            DataError: If files are missing or damaged.
        """
        return [sample for sample in self._training() if sample.is_defective]

    def notes(self) -> Sequence[str]:
        """Return what a reader should know of the images: that training files are missing, where some are."""
        if not (missing := self._files().missing()):
            return ()
        there = len(TRAINING_FILES) - len(missing)
        return (
            f"cifar10 without {', '.join(missing)}: trained on {there} of its {len(TRAINING_FILES)} training "
            "files, so that figures are of fewer images than published ones",
        )

    def _files(self) -> Files:
        if self.category not in CLASSES:
            raise DataError(f"cifar10 has no class {self.category!r}: {nearest(self.category, CLASSES)}")
        return find_files(Path(self.root))

    def _training(self) -> Iterator[Sample]:
        for place, batch in self._files().training().items():
            yield from self._samples(batch, range(place * PER_FILE, (place + 1) * PER_FILE), digits=5)

    def _samples(self, batch: Batch, numbers: range, digits: int) -> Iterator[Sample]:
        kinds = [GOOD if name == self.category else name for name in CLASSES]
        for row, (number, label) in enumerate(zip(numbers, batch.labels.tolist(), strict=True)):
            kind = kinds[label]
            yield Sample(
                name=f"{kind}/{number:0{digits}d}", defect=kind, read=partial(_image, batch.images, row)
            )


def _image(images: npt.NDArray[np.uint8], row: int) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(images[row].transpose(1, 2, 0))
