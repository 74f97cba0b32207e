"""The demo as files, for looking at and for other programs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from PIL import Image

from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.layouts import DEMO_MARKER
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

__all__ = ["export_demo"]

_NOTE = "Rendered by synth-anomaly: figures on these images say nothing of real products.\n"


def export_demo(folder: Path, category: str, *, size: int = 256, seed: int = 0) -> Path:
    """Write a category of the demo as PNG files in the layout of MVTec AD, whole or not at all.

    Besides the official folders there is ``clean/<defect>``: the same parts without their defects; and a
    file that marks the images as rendered, wherever they are read from.

    Args:
        folder: Where the category's folder is made; made itself where it is missing.
        category: Name of the product.
        size: Side of the images in pixels.
        seed: Seed of the demo.

    Returns:
        The category's folder.

    Raises:
        DataError: If the category is unknown, its folder is there already, or writing fails.
    """
    demo, target = Demo(category, size=size, seed=seed), folder / category
    train, test = demo.train(), demo.test()
    if target.exists():
        raise DataError(f"expected no folder at {target}, got one: remove it or export to another folder")
    partial = folder / f".{category}-{uuid4().hex}"
    try:
        partial.mkdir(parents=True)
        (partial / DEMO_MARKER).write_text(_NOTE, encoding="utf-8")
        _write_all(partial, train, test)
        partial.rename(target)
    except OSError as error:
        raise DataError(f"cannot write {target}: {error}; choose another folder") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _write_all(root: Path, train: Iterable[Sample], test: Iterable[Sample]) -> None:
    for sample in train:
        _write(root / "train" / f"{sample.name}.png", sample.read)
    for sample in test:
        _write(root / "test" / f"{sample.name}.png", sample.read)
        if sample.read_mask:
            _write(root / "ground_truth" / f"{sample.name}_mask.png", sample.read_mask)
        if sample.read_clean:
            _write(root / "clean" / f"{sample.name}.png", sample.read_clean)


def _write(path: Path, read: Callable[[], npt.NDArray[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = read()
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8) * np.uint8(255)
    Image.fromarray(pixels).save(path)
