"""The files of CIFAR-10, in both layouts that its authors publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_anomaly.data.plain_pickle import NotPlainError, read_plain_pickle
from synth_anomaly.errors import DataError

__all__ = ["CLASSES", "PER_FILE", "RECORD", "TRAINING_FILES", "Batch", "Files", "find_files", "is_cifar10"]

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
"""The names of the labels 0 to 9."""

PER_FILE = 10_000
"""Images in each file."""

TRAINING_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))

_TEST_FILE = "test_batch"
_SUFFIXES = {"cifar-10-batches-bin": ".bin", "cifar-10-batches-py": ""}
_PIXELS = 3 * 32 * 32

RECORD = 1 + _PIXELS
"""Bytes of an image in the binary layout: its label and its pixels."""

_GET = "get it whole with sat download cifar10"


@dataclass(frozen=True, eq=False)
class Batch:
    """The content of a file.

    Attributes:
        images: uint8 ``(N, 3, 32, 32)``.
        labels: uint8 ``(N,)``, 0 to 9.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Files:
    """The folder that holds the files.

    Attributes:
        folder: ``cifar-10-batches-bin`` or ``cifar-10-batches-py``, whatever it is called.
        suffix: ``".bin"``, or nothing in the layout for Python.
    """

    folder: Path
    suffix: str

    def is_there(self) -> bool:
        """Whether any of the files is there."""
        return any(self._path(name).is_file() for name in (*TRAINING_FILES, _TEST_FILE))

    def training(self) -> dict[int, Batch]:
        """Return the training files that are there, by their place among the five, from 0.

        Raises:
            DataError: If none is there, or one is damaged.
        """
        self._check_names()
        found = [number for number, name in enumerate(TRAINING_FILES) if self._path(name).is_file()]
        if not found:
            raise DataError(
                f"expected {self._path(TRAINING_FILES[0])} and the four after it, got none of them: {_GET}"
            )
        return {number: _read(self._path(TRAINING_FILES[number])) for number in found}

    def test(self) -> Batch:
        """Return the test file.

        Raises:
            DataError: If it is missing or damaged.
        """
        self._check_names()
        path = self._path(_TEST_FILE)
        if not path.is_file():
            raise DataError(f"expected the test images in {path}, got no file: add it, or {_GET}")
        return _read(path)

    def missing(self) -> tuple[str, ...]:
        """Return the names of the training files that are not there."""
        paths = map(self._path, TRAINING_FILES)
        return tuple(path.name for path in paths if not path.is_file())

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{self.suffix}"

    def _check_names(self) -> None:
        """Check that the labels mean what they do in CIFAR-10, where a file says what they mean."""
        path = self.folder / ("batches.meta.txt" if self.suffix else "batches.meta")
        if not path.is_file():
            return
        if self.suffix:
            names = tuple(path.read_text(encoding="utf-8", errors="replace").split())
        else:
            names = tuple(map(_text, _table(path, path.read_bytes()).get("label_names", ())))
        if names != CLASSES:
            raise DataError(
                f"expected the labels {', '.join(CLASSES)} in {path}, got {', '.join(names)[:200]!r}: {_GET}"
            )


def find_files(root: Path) -> Files:
    """Return the files in a folder, or in the folder of either layout in it; the binary one where both are.

    Raises:
        DataError: If there are none.
    """
    if (found := _found(root)) is not None:
        return found
    raise DataError(
        f"expected data_batch_1 to data_batch_5 and test_batch in {root}, or in {' or '.join(_SUFFIXES)} "
        f"there, got none of them: check the path, or {_GET}"
    )


def is_cifar10(folder: Path) -> bool:
    """Whether a folder is, or holds, one of the two layouts."""
    return _found(folder) is not None


def _found(root: Path) -> Files | None:
    inside = [Files(root / name, suffix) for name, suffix in _SUFFIXES.items()]
    places = [*inside, *(Files(root, suffix) for suffix in _SUFFIXES.values())]
    return next((files for files in places if files.is_there()), None)


def _read(path: Path) -> Batch:
    try:
        about = path.stat()
        return _read_once(path, PER_FILE, about.st_size, about.st_mtime_ns)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; check the file") from None


@lru_cache(maxsize=len(TRAINING_FILES) + 1)  # ten categories read the same files: 184 MB, all of CIFAR-10
def _read_once(path: Path, count: int, _size: int, _changed: int) -> Batch:
    content = path.read_bytes()
    rows, labels = _binary(path, content, count) if path.suffix else _pickled(path, content, count)
    if labels.max() >= len(CLASSES):
        raise DataError(f"expected labels from 0 to 9 in {path}, got {labels.max()}: {_GET}")
    return Batch(rows.reshape(count, 3, 32, 32), labels)


def _binary(path: Path, content: bytes, count: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    expected = count * RECORD
    if len(content) != expected:
        raise DataError(f"expected {path} to have {expected} bytes, got {len(content)}: {_GET}")
    records = np.frombuffer(content, np.uint8).reshape(count, RECORD)
    return np.ascontiguousarray(records[:, 1:]), records[:, 0].copy()


def _pickled(path: Path, content: bytes, count: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    table = _table(path, content)
    rows, labels = table.get("data"), table.get("labels")
    if not isinstance(rows, np.ndarray) or rows.shape != (count, _PIXELS):
        got = rows.shape if isinstance(rows, np.ndarray) else type(rows).__name__
        raise DataError(f"expected images {(count, _PIXELS)} in {path}, got {got}: {_GET}")
    if not isinstance(labels, list) or len(labels) != count or not all(_is_label(label) for label in labels):
        raise DataError(f"expected {count} labels from 0 to 9 in {path}, got something else: {_GET}")
    return rows, np.array(labels, np.uint8)


def _is_label(label: Any) -> bool:
    return type(label) is int and 0 <= label < len(CLASSES)


def _table(path: Path, content: bytes) -> Mapping[str, Any]:
    try:
        table = read_plain_pickle(content)
    except NotPlainError as error:
        raise DataError(
            f"expected plain values and uint8 arrays in {path} ({len(content)} bytes), got {error}: {_GET}"
        ) from None
    if not isinstance(table, dict):
        raise DataError(f"expected a dictionary in {path}, got {type(table).__name__}: {_GET}")
    return {_text(key): value for key, value in table.items()}


def _text(value: Any) -> str:
    """Return a text of either Python; of anything else, its type's name."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    return str(value) if isinstance(value, str | int) else type(value).__name__
