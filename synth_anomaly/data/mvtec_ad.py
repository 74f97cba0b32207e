"""MVTec AD, and the data sets that have a folder for each kind of defect as it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from synth_anomaly.data.folder import Folder
from synth_anomaly.data.layouts import layouts_of
from synth_anomaly.data.listing import subfolders as folders
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["BTAD", "MPDD", "TRAINING_IMAGES", "MVTecAD", "MVTecAD2", "MVTecLOCO", "Sorted"]

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


class Sorted(Folder):
    """One category of a data set that has folders of good images, of test images by kind, and of masks.

    Which folders these are says :data:`synth_anomaly.data.layouts.LAYOUTS`.

    Args:
        root: Folder of the categories.
        category: Name of one of them.
        subfolders: Whether images in subfolders are read too, at any depth; links are followed.
        good: Further names of folders of good images.
        bad: Further names of folders of defective images.
        mask_suffix: Further texts that follow an image's name in that of its mask.
    """

    def __init__(
        self,
        root: str,
        category: str,
        subfolders: bool = False,
        good: tuple[str, ...] = (),
        bad: tuple[str, ...] = (),
        mask_suffix: tuple[str, ...] = (),
    ) -> None:
        super().__init__(root, category, subfolders, good, bad, mask_suffix)
        self.category = category

    @classmethod
    def categories(
        cls,
        root: str,
        subfolders: bool = False,  # noqa: ARG003
        good: tuple[str, ...] = (),  # noqa: ARG003
        bad: tuple[str, ...] = (),  # noqa: ARG003
    ) -> tuple[str, ...]:
        """Return the folders of ``root`` that hold good images where the layout has them, by name.

        Raises:
            DataError: If there is no such folder.
        """
        layouts = layouts_of(cls.name)
        return tuple(
            folder.name for folder in folders(Path(root)) if any(each.fits(folder) for each in layouts)
        )

    def _expected(self) -> str:
        places = " or ".join(
            f"{self.root}/{self.category}/{each.good}" for each in layouts_of(type(self).name)
        )
        return f"expected images of category {self.category!r} in {places}"

    def _folders(self) -> Sequence[Path]:
        is_listed = self.category in self.categories(self.root)
        return [Path(self.root) / self.category] if is_listed else []


class MVTecAD(Sorted):
    """One category of MVTec AD, or of a data set in its layout.

    ``<root>/<category>`` holds ``train/good``, ``test/good``, ``test/<defect>`` and
    ``ground_truth/<defect>``, where ``003_mask.png`` is the mask of ``003.png``. Images may have any format
    that Pillow reads, masks any of the names of :class:`Folder`. Nothing is decoded until it is asked for.
    Its name is ``"demo"`` where the folder holds the exported demo.

    Source: Bergmann et al., "MVTec AD: A Comprehensive Real-World Dataset for Unsupervised Anomaly
    Detection", CVPR 2019.
    """

    name: str = "mvtec_ad"

    def test(self) -> Sequence[Sample]:
        """Return the test images, named ``<defect>/<file>``, by name.

        Raises:
            DataError: If the category or its images are missing, or a mask belongs to no image.
        """
        if not (Path(self.root) / self.category / "test").is_dir() and not self._tested():
            raise DataError(
                f"expected test images in {Path(self.root) / self.category / 'test'}, got no folder: add "
                "them, or train on the good images alone with --dataset folder"
            )
        return super().test()

    def _tested(self) -> bool:
        return self._product().places.test is not None


class MVTecAD2(Sorted):
    """One category of MVTec AD 2, tested on its public images.

    ``<root>/<category>`` holds ``train/good``, ``test_public/good``, ``test_public/bad`` and
    ``test_public/ground_truth/bad``. Its ``validation`` images and the private test sets, which come without
    their truth, are not read.

    Source: Heckler-Kram et al., "The MVTec AD 2 Dataset: Advanced Scenarios for Unsupervised Anomaly
    Detection", 2025.
    """

    name: str = "mvtec_ad_2"


class MVTecLOCO(Sorted):
    """One category of MVTec LOCO AD.

    ``<root>/<category>`` holds ``train/good``, ``test/good``, ``test/logical_anomalies`` and
    ``test/structural_anomalies``; ``ground_truth/<defect>/003`` holds the masks of ``003.png``, several where
    it has several defects, and what any of them marks counts. Its metric sPRO is not computed, and its
    ``validation`` images are not read.

    Source: Bergmann et al., "Beyond Dents and Scratches: Logical Constraints in Unsupervised Anomaly
    Detection and Localization", IJCV 2022.
    """

    name: str = "mvtec_loco"


class BTAD(Sorted):
    """One product of BTAD: ``01``, ``02`` or ``03``.

    ``<root>/<product>`` holds ``train/ok``, ``test/ok``, ``test/ko`` and ``ground_truth/ko``, whose masks are
    named as their images.

    Source: Mishra et al., "VT-ADL: A Vision Transformer Network for Image Anomaly Detection and
    Localization", ISIE 2021.
    """

    name: str = "btad"


class MPDD(Sorted):
    """One category of MPDD, which has the layout of MVTec AD.

    Source: Jezek et al., "Deep Learning-Based Defect Detection of Metal Parts: Evaluating Current Methods in
    Complex Conditions", ICUMT 2021.
    """

    name: str = "mpdd"
