"""Where to look for a data set: the path given, the environment, the usual folder, the demo."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.detect import Located, detect, one_category
from synth_anomaly.data.mvtec_ad import MVTecAD
from synth_anomaly.errors import DataError
from synth_anomaly.options import REQUIRED, options_of

__all__ = ["DATA_VARIABLE", "locate_any", "locate_named"]

DATA_VARIABLE = "SAT_DATA"
"""The environment variable that is read where no path is given."""

_OPTION = "--data"
_DATASETS = Path("datasets")
_NOTICE = (
    f"no data given: using the built-in demo; for your own images give {_OPTION} PATH, "
    f"set {DATA_VARIABLE}, or put MVTec AD into {_DATASETS / MVTecAD.name}"
)


def locate_any(data: str | None, options: Mapping[str, Any] | None = None) -> Located:
    """Find a data set whose kind is to be told from its folder.

    Args:
        data: Path of the folder; None to look at the environment, then in ``datasets/mvtec_ad``.
        options: The options of the data set that say how folders are read.

    Returns:
        What was found; the demo, with a notice, where there is nothing to look at.

    Raises:
        DataError: If there is a folder to look at and it is no data set.
    """
    path, origin = _given(data)
    usual = _DATASETS / MVTecAD.name
    if path is None and usual.is_dir():
        path, origin = usual, "what it holds, or choose --dataset demo"
    if path is None:
        return Located(Demo.name, None, Demo.categories(), _NOTICE)
    return detect(path, origin, options)


def locate_named(
    dataset: str, target: Callable[..., Any], data: str | None, options: Mapping[str, Any] | None = None
) -> Located:
    """Find the folder of a data set whose kind is known.

    Args:
        dataset: Name of the data set.
        target: Its class. An option ``root`` says that it needs a folder; a static or class method
            ``categories``, which takes the root where there is one, lists its categories.
        data: Path of the folder; None to look at the environment, then in ``datasets/<dataset>``.
        options: The options of the data set; those that ``categories`` takes too are passed to it.

    Raises:
        DataError: If it needs a folder and there is none, or needs none and ``data`` names one.
    """
    path, origin = _given(data)
    root = options_of(target).get("root")
    lister: Callable[..., Any] = getattr(target, "categories", lambda *_: ())
    if root is None:
        if path is not None and origin == _OPTION:
            raise DataError(f"dataset {dataset!r} reads no files, got {_OPTION} {path}: leave {_OPTION} out")
        return Located(dataset, None, tuple(lister()))
    usual = _DATASETS / dataset.rpartition("/")[2]
    if path is None and usual.is_dir():
        path, origin = usual, "what it holds"
    if path is None:
        if root.default is REQUIRED:
            raise DataError(
                f"dataset {dataset!r} needs a folder, got none from {_OPTION}, {DATA_VARIABLE} or {usual}: "
                f"give {_OPTION} PATH"
            )
        return Located(dataset, None, ())
    if not path.exists():
        raise DataError(f"expected dataset {dataset!r} at {path}, got nothing there: check {origin}")
    if category := one_category(dataset, path):
        return category
    taken = inspect.signature(lister).parameters
    passed = {name: value for name, value in (options or {}).items() if name in taken}
    names = tuple(lister(str(path), **passed))
    if hasattr(target, "categories") and not names:
        raise DataError(
            f"expected the layout of dataset {dataset!r} in {path}, got another: {_cure(path, options)}"
        )
    return Located(dataset, path, names)


def _cure(path: Path, options: Mapping[str, Any] | None) -> str:
    """Return what to do about a folder that has not the layout that was named."""
    try:
        found = detect(path, _OPTION, options).dataset
        return f"it looks like {found!r}, so leave out --dataset, or check the path"
    except DataError as error:
        return str(error)


def _given(data: str | None) -> tuple[Path | None, str]:
    if data is not None:
        return Path(data).expanduser(), _OPTION
    variable = os.environ.get(DATA_VARIABLE)
    return (Path(variable).expanduser(), f"${DATA_VARIABLE}") if variable else (None, "")
