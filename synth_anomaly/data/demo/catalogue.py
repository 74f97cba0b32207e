"""What the demo data set holds: its categories, their defects and how many pictures of each."""

from __future__ import annotations

from typing import Any, Final

from synth_anomaly.data.demo.bottle_defects import BOTTLE
from synth_anomaly.data.demo.carpet_defects import CARPET
from synth_anomaly.data.demo.grid_defects import GRID
from synth_anomaly.data.demo.hazelnut_defects import HAZELNUT
from synth_anomaly.data.demo.part import Category
from synth_anomaly.errors import DataError

__all__ = [
    "CATEGORIES",
    "DEFECTIVE_PER_KIND",
    "GOOD",
    "GOOD_TEST",
    "GOOD_TRAIN",
    "category_named",
    "check_defect",
    "defect_names",
]

GOOD: Final = "good"
GOOD_TRAIN: Final = 180
GOOD_TEST: Final = 40
DEFECTIVE_PER_KIND: Final = 12

_CATALOGUE: Final[dict[str, Category[Any]]] = {
    "bottle": BOTTLE,
    "carpet": CARPET,
    "grid": GRID,
    "hazelnut": HAZELNUT,
}
CATEGORIES: Final[tuple[str, ...]] = tuple(_CATALOGUE)


def category_named(name: str) -> Category[Any]:
    """Look a category up.

    Raises:
        DataError: If there is none of that name.
    """
    if name not in _CATALOGUE:
        raise DataError(f"Unknown demo category {name!r}; there are: {', '.join(CATEGORIES)}.")
    return _CATALOGUE[name]


def defect_names(category: str) -> tuple[str, ...]:
    """Return the names of a category's defects, in alphabetical order, without "good".

    Raises:
        DataError: If there is no such category.
    """
    return tuple(sorted(category_named(category).defects))


def check_defect(category: str, defect: str) -> None:
    """Raise a DataError unless `defect` is "good" or one of the category's defects."""
    names = (GOOD, *defect_names(category))
    if defect not in names:
        raise DataError(
            f"Unknown defect {defect!r} of demo category {category!r}; there are: {', '.join(names)}."
        )
