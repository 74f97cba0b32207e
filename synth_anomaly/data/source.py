"""Where the images come from, and which of its categories are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synth_anomaly.catalogue import Catalogue, catalogue
from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.detect import Located
from synth_anomaly.data.locate import locate_any, locate_named
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset
from synth_anomaly.options import listed

__all__ = ["ALL", "Source", "open_dataset", "resolve"]

ALL = "all"
"""The category that stands for every category found."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the images come from.

    Attributes:
        dataset: Name of the data set.
        root: Its folder; None where it needs none.
        categories: The categories asked for, one or more.
        found: All categories found; empty where the data set cannot list them.
        notice: A line to show; empty where the data is what was asked for.
    """

    dataset: str
    root: str | None
    categories: tuple[str, ...]
    found: tuple[str, ...]
    notice: str = ""

    @property
    def is_demo(self) -> bool:
        """Whether the images are rendered, so that results say nothing of real products."""
        return self.dataset == Demo.name


def resolve(
    dataset: str | None = None,
    data: str | None = None,
    category: str | None = None,
    *,
    several: bool = True,
    options: Mapping[str, Any] | None = None,
    components: Catalogue | None = None,
    allow_code: bool = True,
) -> Source:
    """Find the images: in ``data``, else in ``$SAT_DATA``, else in ``datasets/<dataset>``, else the demo.

    A path that was given is used or is an error. The demo stands in only where no path was given, no
    data set was named and ``datasets/mvtec_ad`` is not there.

    Args:
        dataset: Name of the data set; None to tell it from the folder.
        data: Path of its folder, or of one category's folder.
        category: Name of a category, several with commas between them, or ``"all"``; may be None where there
            is one alone.
        several: Whether more than one category may be asked for.
        options: The options of the data set; ``subfolders``, ``good`` and ``bad`` say how folders are told.
        components: Where data sets are registered; the installed plugins by default.
        allow_code: Whether ``dataset`` may be an import path.

    Raises:
        DataError: If the folder or the category is not there, or one is wanted and several are asked for.
        ComponentError: If there is no data set of that name.
    """
    if dataset is None:
        located = locate_any(data, options)
    else:
        target = (components or catalogue()).registry("dataset").load(dataset, allow_code=allow_code)
        located = locate_named(dataset, target, data, options)
    return Source(
        dataset=located.dataset,
        root=None if located.root is None else str(located.root),
        categories=_chosen(located, category) if several else (_one(located, category),),
        found=located.categories,
        notice=located.notice,
    )


def open_dataset(
    source: Source,
    category: str,
    *,
    options: Mapping[str, Any] | None = None,
    components: Catalogue | None = None,
    allow_code: bool = True,
) -> Dataset:
    """Return one category of a data set, which opens no file before its samples are asked for.

    Args:
        source: What :func:`resolve` found.
        category: One of its categories.
        options: Further options of the data set.
        components: Where data sets are registered; the installed plugins by default.
        allow_code: Whether the data set's name may be an import path.

    Raises:
        ComponentError: If the data set is unknown or an option wrong.
    """
    root = {} if source.root is None else {"root": source.root}
    table = {"name": source.dataset, **root, "category": category, **(options or {})}
    dataset: Dataset = (components or catalogue()).build("dataset", table, allow_code=allow_code)
    return dataset


def _one(located: Located, category: str | None) -> str:
    chosen = _chosen(located, category, offer_all=False)
    if len(chosen) > 1:
        raise DataError(
            f"expected one category of {_place(located)}, got {category!r}: "
            f"choose from {', '.join(located.categories or chosen)} (--category)"
        )
    return chosen[0]


def _chosen(located: Located, category: str | None, *, offer_all: bool = True) -> tuple[str, ...]:
    names, place = located.categories, _place(located)
    if category is None and len(names) == 1:
        return names
    if category == ALL and names:
        return names
    if category is None or category == ALL:
        choice = ", ".join(names) + (f" or {ALL}" if offer_all else "")
        hint = f"choose from {choice}" if names else "it lists none, so name one"
        got = "none" if category is None else repr(category)
        raise DataError(f"expected a category of {place}, got {got}: {hint} (--category)")
    chosen = listed(category, names)
    if names and (unknown := [name for name in chosen if name not in names]):
        raise DataError(f"expected a category of {place}, got {unknown[0]!r}: choose from {', '.join(names)}")
    return chosen


def _place(located: Located) -> str:
    return str(located.root or f"data set {located.dataset!r}")
