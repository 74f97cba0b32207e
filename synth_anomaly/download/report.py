"""How far a download is, in plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

__all__ = ["PlainReport"]

_EVERY = 10.0


class PlainReport:
    """Tells of a download in plain lines, now and then.

    Args:
        write: Is given each line.
        every: Seconds between two lines.
    """

    def __init__(self, write: Callable[[str], object] | None = None, every: float = _EVERY) -> None:
        self._write = write or (lambda line: sys.stderr.write(f"{line}\n"))
        self._every = every
        self._told = time.monotonic() - every

    def __call__(self, what: str, done: int, total: int) -> None:
        """Tell how far it is, if nothing was told lately."""
        if time.monotonic() - self._told >= self._every:
            self._told = time.monotonic()
            self._write(f"{what}: {done}/{total}")
