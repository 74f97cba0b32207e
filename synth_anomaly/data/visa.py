"""VisA, as its authors lay it out and in one class."""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath

from synth_anomaly.data.folder import Split
from synth_anomaly.data.mvtec_ad import Sorted
from synth_anomaly.data.product import Marked, Product
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["VisA"]

_SPLIT = "split_csv/1cls.csv"


class VisA(Sorted):
    """One object of VisA, in either of its layouts.

    As its authors publish it, ``<root>/<object>/Data`` holds ``Images/Normal``, ``Images/Anomaly`` and
    ``Masks/Anomaly``, and ``<root>/split_csv/1cls.csv`` says which good images train; without that file part
    of them is drawn by seed. As their own script lays it out in one class, it is MVTec AD's layout with masks
    that have the names of their images.

    Source: Zou et al., "SPot-the-Difference Self-Supervised Pre-training for Anomaly Detection and
    Segmentation", ECCV 2022.
    """

    name: str = "visa"

    def _drawn(self, product: Product, found: Marked, defective: list[Sample]) -> Split:
        table = Path(self.root) / _SPLIT
        if not table.is_file():
            return super()._drawn(product, found, defective)
        trained = _trained(table, self.category)
        train = [sample for sample in found.good if _place(sample) in trained]
        if not train:
            raise DataError(
                f"expected training images of {self.category} in {table}, got none of those in "
                f"{product.places.good}: check the file, or remove it to have the images drawn by seed"
            )
        held_out = [sample for sample in found.good if _place(sample) not in trained]
        return Split(product, found, train, held_out=held_out, defective=defective)


def _trained(table: Path, category: str) -> frozenset[str]:
    """Return the training images that VisA's table lists, as ``Normal/0000.JPG``."""
    try:
        rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
        return frozenset(
            "/".join(PurePosixPath(row["image"]).parts[-2:])
            for row in rows
            if row["object"] == category and row["split"] == "train"
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"expected the columns object, split and image in {table}, got a file without "
            f"({type(error).__name__}): replace it, or remove it to have images drawn by seed"
        ) from error


def _place(sample: Sample) -> str:
    return "" if sample.path is None else f"{sample.path.parent.name}/{sample.path.name}"
