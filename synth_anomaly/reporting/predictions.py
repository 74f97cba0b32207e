"""Predictions of images without a truth, written one by one."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage

from synth_anomaly.errors import DataError
from synth_anomaly.files import write_whole
from synth_anomaly.reporting.colour import Image, overlay
from synth_anomaly.reporting.maps import write_map
from synth_anomaly.reporting.paths import path_below
from synth_anomaly.reporting.scale import Scale, common_scale
from synth_anomaly.reporting.written import WrittenNames, number_cell

__all__ = ["PredictionWriter"]

_COLUMNS = ("file", "score", "map_max", "map")


class PredictionWriter:
    """Writes a map, an overlay and a line of ``scores.csv`` for each image; used as a context manager.

    ``scores.csv`` appears when the context ends without an error: it is there whole or not at all.

    Args:
        folder: Where to; made where it is missing.
        scale: The scale of the overlays; by default each image is shown on its own where its map is no
            probability, and overlays are comparable only where all are.

    Example:
        >>> with PredictionWriter(Path("predictions")) as writer:  # doctest: +SKIP
        ...     writer.write("line-1/0001.png", image, anomaly_map, 0.93)
    """

    def __init__(self, folder: Path, *, scale: Scale | None = None) -> None:
        self.folder = folder
        self.scale = scale
        self._part = folder / f".scores.csv.{os.getpid()}.part"
        self._taken: set[str] = set()
        self._names = WrittenNames()
        self._file: TextIO | None = None
        self._lines: Any = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = self._part.open("w", encoding="utf-8", newline="")
        self._lines = csv.writer(self._file, lineterminator="\n")
        self._lines.writerow(_COLUMNS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        self._file.close()
        self._file = None
        if kind is None:
            self._part.replace(self.folder / "scores.csv")
        else:
            self._part.unlink()

    def write(
        self,
        name: str,
        image: Image,
        values: npt.NDArray[np.float32],
        score: float,
        map_max: float | None = None,
    ) -> Path:
        """Write what was predicted for one image.

        Args:
            name: The image's path, relative to where all of them are; its suffix is dropped. A name
                that is taken gets a number.
            image: ``(H, W, 3)``, uint8, at its own size.
            values: Its map ``(H, W)``, finite, at the same size.
            score: Its score; written exactly.
            map_max: The highest value of its map as the method made it; that of ``values`` by default.

        Returns:
            The map's file; the overlay lies beside it.

        Raises:
            DataError: If map and image differ in size, or a value is not finite.
        """
        if self._file is None:
            raise RuntimeError(
                "a PredictionWriter writes inside its context: with PredictionWriter(...) as writer"
            )
        _check(name, image, values)
        written = self._names.of(name)
        path = self._free(written)
        write_map(path, values)
        shown = (self.scale or common_scale([values])).apply(values)
        picture = path.with_name(path.name.removesuffix(".npz") + "_overlay.png")
        write_whole(picture, _png(overlay(image, shown)), sync=False)
        where = path.relative_to(self.folder).as_posix()
        highest = float(values.max()) if map_max is None else map_max
        self._lines.writerow([written, number_cell(score), number_cell(highest), where])
        return path

    def _free(self, name: str) -> Path:
        folder, _, file = name.replace("\\", "/").rpartition("/")
        stem = Path(file).stem
        number = 1
        while True:
            numbered = stem if number == 1 else f"{stem}-{number}"
            path = path_below(self.folder, f"{folder}/{numbered}", ".npz")
            # Some file systems take upper and lower case for the same.
            if (key := str(path).casefold()) not in self._taken:
                self._taken.add(key)
                return path
            number += 1


def _check(name: str, image: Image, values: npt.NDArray[np.float32]) -> None:
    if values.shape != image.shape[:2]:
        raise DataError(
            f"expected a map of {name!r} of its size {image.shape[:2]}, got {values.shape}: resize the map"
        )
    if not np.isfinite(values).all():
        raise DataError(
            f"expected a finite map of {name!r}, got nan or inf: look for a network that diverged"
        )


def _png(picture: Image) -> bytes:
    content = io.BytesIO()
    PillowImage.fromarray(picture).save(content, "PNG", compress_level=3)
    return content.getvalue()
