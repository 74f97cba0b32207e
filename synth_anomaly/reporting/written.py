"""Numbers and names as files hold them: what is read again is what was written."""

from __future__ import annotations

import math
from collections.abc import Iterable

from synth_anomaly.files import printable

__all__ = ["WrittenNames", "number_cell", "written_names"]


def number_cell(number: float) -> str:
    """Return a number for a cell, exact; empty where it is undefined.

    Scores are float32. A rounded one, though it gives the same float32, can lie below a threshold that is
    this very number. All digits are written, as in JSON, so that ``score >= threshold`` says of what was
    written what it said of what was computed, in single and in double precision.

    Example:
        >>> import numpy as np
        >>> number_cell(float(np.float32(0.1))), number_cell(math.nan)
        ('0.10000000149011612', '')
    """
    return "" if math.isnan(number) else repr(float(number))


class WrittenNames:
    """Names of images as UTF-8 can hold them, each its own."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return how a name is written: as it is, but for bytes that are no UTF-8 (:func:`printable`).

        Where that is another image's name already it gets a number, and it is written alike each time.
        """
        plain = written = printable(name)
        number = 1
        while self._names.setdefault(written, name) != name:
            number += 1
            folder, slash, file = plain.rpartition("/")
            stem, dot, suffix = file.rpartition(".")
            end = f"{stem}-{number}{dot}{suffix}" if stem else f"{file}-{number}"
            written = f"{folder}{slash}{end}"
        return written


def written_names(names: Iterable[str]) -> list[str]:
    r"""Return names as UTF-8 can hold them, each its own where the names are.

    Example:
        >>> written_names(["a%FC", "a\udcfc", "b"])
        ['a%FC', 'a%FC-2', 'b']
    """
    written = WrittenNames()
    return [written.of(name) for name in names]
