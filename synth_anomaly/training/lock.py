"""One process at a time in a folder of checkpoints."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from synth_anomaly.errors import RunError

if sys.platform != "win32":
    import fcntl

__all__ = ["locked"]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from training into ``folder`` within the block; a process that dies lets go.

    The file ``lock`` stays behind and means nothing by itself: the operating system holds the lock. There
    is none on Windows, nor on a file system without locks.

    Args:
        folder: Where checkpoints are kept; made where it is missing.

    Raises:
        RunError: If another process, or another thread, is training into it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        _take(file, folder)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _take(file: IO[str], folder: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise RunError(
            f"{folder} is being trained by another process (pid {file.read().strip() or 'unknown'}): "
            "wait until it ends, or end it"
        ) from None
    except OSError:  # a file system without locks
        return
