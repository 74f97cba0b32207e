"""Whether images are those that a paper's figures are of."""

from __future__ import annotations

from collections.abc import Iterable

from synth_anomaly.data.cifar10 import CIFAR10
from synth_anomaly.data.cifar10 import TRAINING_IMAGES as CLASS_IMAGES
from synth_anomaly.data.cifar10_files import CLASSES as CIFAR10_CLASSES
from synth_anomaly.data.dagm2007 import CLASSES, DAGM2007, DAGM2007Six
from synth_anomaly.data.mvtec_ad import TRAINING_IMAGES, MVTecAD
from synth_anomaly.interfaces import Dataset

__all__ = ["has_all_categories", "is_original"]


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
