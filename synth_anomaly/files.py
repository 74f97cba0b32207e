"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file so that it holds the old content or the new, whatever happens.

    Args:
        path: The file; its folder exists.
        content: All of its content.
        sync: Whether to wait until the disk has the file and, on POSIX, its name, so that a power cut
            does not undo it; where many files are written that can be made again, leave that out.

    Raises:
        OSError: If it cannot be written; the old content is still there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        part.replace(path)
        if sync:
            _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's entries, where the system knows how; the file itself is there."""
    if os.name != "posix":
        return
    with suppress(OSError):  # not every file system can
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
