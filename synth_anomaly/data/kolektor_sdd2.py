"""The folder layout of KolektorSDD2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from synth_anomaly.data.kind_names import GOOD
from synth_anomaly.data.listing import image_files
from synth_anomaly.data.masks import read_mask
from synth_anomaly.data.reading import Reading
from synth_anomaly.data.samples import image_sample
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["KolektorSDD2", "is_kolektor_sdd2"]

_TRUTH = "_GT"
_DEFECT = "defect"
_COPY = " (copy)"


class KolektorSDD2:
    """KolektorSDD2 as it is published: ``train/10000.png`` with its mask ``train/10000_GT.png`` beside it.

    The images are about 230 x 630 pixels. An image is good where nothing of its mask is white; the good ones
    of ``train`` train, all of ``test`` test. Every image has a mask, which is read to tell. Stray copies,
    such as ``10301 (copy).png``, are left out.

    Args:
        root: The folder that holds ``train`` and ``test``.
        category: Its only one, ``"kolektor_sdd2"``.

    Source: Božič, Tabernik, Skočaj, "Mixed supervision for surface-defect detection", Computers in Industry
    2021: 2,085 good and 246 defective images to train, 894 and 110 to test.
    """

    name: str = "kolektor_sdd2"

    def __init__(self, root: str, category: str = "kolektor_sdd2") -> None:
        self.root = root
        self.category = category
        self.reading = Reading()

    @staticmethod
    def categories(root: str) -> tuple[str, ...]:
        """Return the one category; none where the folder has another layout."""
        return (KolektorSDD2.name,) if is_kolektor_sdd2(Path(root)) else ()

    def train(self) -> Sequence[Sample]:
        """Return the good training images, named ``good/<number>``, by name.

        Raises:
            DataError: If a folder, an image or a mask is missing, or there is no good image.
        """
        good = [sample for sample in self._samples("train") if not sample.is_defective]
        if not good:
            raise DataError(
                f"expected images with a black mask in {Path(self.root) / 'train'}, got none: add good ones"
            )
        return good

    def test(self) -> Sequence[Sample]:
        """Return the test images, named ``good/<number>`` and ``defect/<number>``, by number.

        Raises:
            DataError: If a folder, an image or a mask is missing.
        """
        return list(self._samples("test"))

    def _samples(self, split: str) -> Iterator[Sample]:
        folder = Path(self.root) / split
        files = [path for path in image_files(folder) if not path.stem.endswith(_COPY)]
        masks = {path.stem.removesuffix(_TRUTH): path for path in files if path.stem.endswith(_TRUTH)}
        images = [path for path in files if not path.stem.endswith(_TRUTH)]
        if not images:
            raise DataError(f"expected images such as 10000.png in {folder}, got none: check the path")
        for path in images:
            if (mask := masks.get(path.stem)) is None:
                raise DataError(
                    f"image {path} has no mask: expected {path.with_name(path.stem + _TRUTH)}.png; "
                    "add it, black for a good image, or remove the image"
                )
            is_defective = bool(read_mask(mask, self.reading).any())
            yield image_sample(
                _DEFECT if is_defective else GOOD, path.stem, path, mask if is_defective else None
            )


def is_kolektor_sdd2(folder: Path) -> bool:
    """Whether a folder has the layout: masks named ``<image>_GT`` in ``train``."""
    train = folder / "train"
    return train.is_dir() and any(path.stem.endswith(_TRUTH) for path in image_files(train))
