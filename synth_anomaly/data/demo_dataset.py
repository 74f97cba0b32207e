"""The demo as a data set: rendered when read, so that it needs no file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import numpy.typing as npt

from synth_anomaly.data.demo import (
    CATEGORIES,
    DEFECTIVE_PER_KIND,
    GOOD_TEST,
    GOOD_TRAIN,
    Rendering,
    defect_names,
    render,
)
from synth_anomaly.data.kind_names import GOOD
from synth_anomaly.interfaces import Sample

__all__ = ["Demo"]


class Demo:
    """One category of the rendered demo.

    It reads no file, so it has no root. Every image comes with the place of its part; every defective
    one with its exact mask and with the same part as it would be without the defect.

    Args:
        category: Name of the product.
        size: Side of the square images in pixels, 32 or more.
        seed: Another seed gives other parts, 0 or more.

    Example:
        >>> len(Demo("bottle").train())
        180
    """

    name: str = "demo"

    def __init__(self, category: str, size: int = 256, seed: int = 0) -> None:
        self.category = category
        self.size = size
        self.seed = seed

    @staticmethod
    def categories() -> tuple[str, ...]:
        """Return the names of the products."""
        return CATEGORIES

    def train(self) -> Sequence[Sample]:
        """Return the good training images, named ``good/<number>``.

        Raises:
            DataError: If there is no such category.
        """
        defect_names(self.category)
        return [self._sample("train", GOOD, index) for index in range(GOOD_TRAIN)]

    def test(self) -> Sequence[Sample]:
        """Return the test images, named ``<defect>/<number>``, good ones first.

        Raises:
            DataError: If there is no such category.
        """
        counts = {GOOD: GOOD_TEST} | dict.fromkeys(defect_names(self.category), DEFECTIVE_PER_KIND)
        return [
            self._sample("test", defect, index) for defect, count in counts.items() for index in range(count)
        ]

    def _sample(self, split: str, defect: str, index: int) -> Sample:
        def read(picture: str) -> partial[npt.NDArray[Any]]:
            place = (picture, self.category, defect, index)
            return partial(_rendered, *place, split=split, size=self.size, seed=self.seed)

        is_good = defect == GOOD
        return Sample(
            name=f"{defect}/{index:03d}",
            defect=defect,
            read=read("image"),
            read_object=read("part"),
            read_mask=None if is_good else read("mask"),
            read_clean=None if is_good else read("clean"),
        )


def _rendered(picture: str, *place: Any, **options: Any) -> npt.NDArray[Any]:
    pixels: npt.NDArray[Any] = getattr(_render(*place, **options), picture)
    return pixels.copy()


@lru_cache(maxsize=8)  # an image, its mask and its clean twin are asked for one after the other
def _render(*place: Any, **options: Any) -> Rendering:
    return render(*place, **options)
