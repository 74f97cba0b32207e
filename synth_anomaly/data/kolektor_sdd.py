"""The folder layout of KolektorSDD."""

from __future__ import annotations

import re
from pathlib import Path

from synth_anomaly.data.folder import Folder
from synth_anomaly.data.kind_names import KindNames
from synth_anomaly.data.listing import image_files
from synth_anomaly.data.listing import subfolders as folders
from synth_anomaly.data.places import Places
from synth_anomaly.errors import DataError

__all__ = ["KolektorSDD", "is_kolektor_sdd"]

_FOLDER = re.compile(r"kos\d+", re.IGNORECASE)
_LABEL = "_label"


class KolektorSDD(Folder):
    """KolektorSDD as it is published: ``kos01/Part0.jpg`` with its mask ``kos01/Part0_label.bmp`` beside it.

    The images are about 500 x 1,250 pixels. An image is good where nothing of its mask is white; every mask
    is read to tell. All defective images test. The authors publish three folds and no other split, so that
    part of the good images is drawn to test.

    Args:
        root: The folder that holds ``kos01`` to ``kos50``.
        category: Its only one, ``"kolektor_sdd"``.
        test_share: Share of the good images that test, in (0, 1).
        split_seed: Decides which; 0 or more.

    Source: Tabernik et al., "Segmentation-Based Deep-Learning Approach for Surface-Defect Detection", Journal
    of Intelligent Manufacturing 2020: 347 good and 52 defective images.
    """

    name: str = "kolektor_sdd"

    def __init__(
        self, root: str, category: str = "kolektor_sdd", test_share: float = 0.2, split_seed: int = 0
    ) -> None:
        super().__init__(root, category, subfolders=True, test_share=test_share, split_seed=split_seed)

    @classmethod
    def categories(cls, root: str, *_: object) -> tuple[str, ...]:
        """Return the one category; none where the folder has another layout."""
        return (KolektorSDD.name,) if is_kolektor_sdd(Path(root)) else ()

    def _places(self, names: KindNames) -> Places:
        del names
        if not is_kolektor_sdd(Path(self.root)):
            raise DataError(
                f"expected images such as kos01/Part0.jpg with masks such as kos01/Part0_label.bmp in "
                f"{self.root}, got none: check the path"
            )
        return Places(product=Path(self.root), good=Path(self.root))


def is_kolektor_sdd(folder: Path) -> bool:
    """Whether a folder has the layout: folders named ``kos01`` and so on, with masks named ``_label``."""
    parts = [path for path in folders(folder) if _FOLDER.fullmatch(path.name)]
    return any(path.stem.endswith(_LABEL) for part in parts[:1] for path in image_files(part))
