"""Images that are both trained on and tested on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from synth_anomaly.interfaces import Sample

Value = TypeVar("Value")

__all__ = ["find_leaks", "leak_note"]

_NAMED = 3
_READ = 1 << 14


def leak_note(train: Sequence[Sample], test: Sequence[Sample]) -> str:
    """Return a line on test images whose files are among the training images; empty where there is none.

    Args:
        train: The images to train on.
        test: The images to test on.
    """
    leaks = find_leaks(train, test)
    if not leaks:
        return ""
    pairs = [f"{tested.name} is {trained.name}" for tested, trained in leaks[:_NAMED]]
    more = f" and {len(leaks) - _NAMED} more" if len(leaks) > _NAMED else ""
    return (
        f"{len(leaks)} of {len(test)} test images are among the training images, byte for byte "
        f"({'; '.join(pairs)}{more}): figures are too good; remove them from one of the two"
    )


def find_leaks(train: Sequence[Sample], test: Sequence[Sample]) -> list[tuple[Sample, Sample]]:
    """Return the test images whose files equal those of training images, each with the first that it equals.

    Only files of a size that both have are read; samples that are no files, or that cannot be read, are left
    out.
    """
    sizes = _grouped(train, _size)
    alike = [sample for sample in test if _size(sample) in sizes]
    if not alike:
        return []
    # files without compression are all of one size: a part of each tells most of them apart
    wanted = {_size(sample) for sample in alike}
    parts = _grouped((sample for size in wanted for sample in sizes[size]), _part)
    alike = [sample for sample in alike if _part(sample) in parts]
    tested = {_part(sample) for sample in alike}
    contents = _grouped((sample for part in tested for sample in parts[part]), _digest)
    found = ((sample, contents.get(_digest(sample))) for sample in alike)
    return [(sample, equal[0]) for sample, equal in found if equal]


def _grouped(
    samples: Iterable[Sample], key: Callable[[Sample], Hashable | None]
) -> dict[Hashable, list[Sample]]:
    groups: dict[Hashable, list[Sample]] = {}
    for sample in samples:
        if (value := key(sample)) is not None:
            groups.setdefault(value, []).append(sample)
    return groups


def _size(sample: Sample) -> int | None:
    return _of_file(sample, lambda path: path.stat().st_size)


def _part(sample: Sample) -> tuple[int, bytes] | None:
    """Return a file's size and what lies in its middle."""
    return _of_file(sample, _middle)


def _middle(path: Path) -> tuple[int, bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size // 2 - _READ // 2))
        return size, hashlib.blake2b(file.read(_READ)).digest()


def _digest(sample: Sample) -> str | None:
    return _of_file(sample, _hash)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _of_file(sample: Sample, measure: Callable[[Path], Value]) -> Value | None:
    try:
        return None if sample.path is None else measure(sample.path)
    except OSError:  # said where the image is read
        return None
