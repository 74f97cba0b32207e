"""What has arrived of a file, on disk until it is the file."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from synth_anomaly.download.transfer import PartFile

if sys.platform != "win32":
    import fcntl

__all__ = ["Part", "open_part"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part that no other process writes into.

    Attributes:
        file: The open file.
        path: Where it lies.
        is_locked: Whether other processes wait for it, instead of writing parts of their own.
    """

    file: PartFile
    path: Path
    is_locked: bool

    @property
    def is_kept(self) -> bool:
        """Whether something of it lies there, to go on from."""
        return self.path.is_file() and self.path.stat().st_size > 0

    def become(self, path: Path) -> None:
        """Put it in the file's place, unless another process that has its own was faster."""
        self.file.flush()
        os.fsync(self.file.fileno())
        if not self.is_locked:
            self.file.close()  # Windows renames no file that is open
        if not path.is_file():
            self.path.replace(path)


@contextmanager
def open_part(path: Path) -> Iterator[Part]:
    """Open the part of a file, for this process alone.

    Where files can be locked it is ``<name>.part``, for which this process waits while another one has it,
    and which is kept unless it is empty. Elsewhere it is ``<name>.<random>.part``, and never kept.
    """
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with own.open("a+b") as file:
            if not _can_lock(file):  # tried here, so that nobody touches the common part without its lock
                yield Part(file=file, path=own, is_locked=False)
                return
    finally:
        own.unlink(missing_ok=True)
    shared = path.with_name(f"{path.name}.part")
    with _held(shared) as file:
        yield Part(file=file, path=shared, is_locked=True)


@contextmanager
def _held(part: Path) -> Iterator[PartFile]:
    """Open and lock a part; wait while another process has it."""
    while True:
        with part.open("a+b") as file:
            _lock(file)
            if not _is_still(file, part):  # it became the file, or was removed
                continue
            try:
                yield file
            finally:
                if not os.fstat(file.fileno()).st_size:
                    part.unlink(missing_ok=True)
            return


def _can_lock(file: PartFile) -> bool:
    if sys.platform == "win32":
        return False
    try:
        _lock(file)
    except OSError:  # a file system without locks
        return False
    return True


def _lock(file: PartFile) -> None:
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)


def _is_still(file: PartFile, part: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), part.stat())
    except FileNotFoundError:
        return False
