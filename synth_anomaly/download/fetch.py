"""A file from the network, in its place: whole and checked, or not there."""

from __future__ import annotations

import http.client
import os
import sys
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from synth_anomaly.download.checksum import check_checksum, check_fetched, check_present
from synth_anomaly.download.report import PlainReport
from synth_anomaly.download.transfer import PartFile, Transfer
from synth_anomaly.errors import DataError

if sys.platform != "win32":
    import fcntl

__all__ = ["download"]


def download(
    url: str,
    path: Path,
    sha256: str,
    *,
    size: int | None = None,
    report: Callable[[str, int, int], None] | None = None,
) -> Path:
    """Fetch a file unless it is there and is the right one; a download that was interrupted goes on.

    What has arrived lies in ``<name>.part`` beside the file. It becomes the file when it is complete and has
    the right checksum, and is removed when it has another. No more is written than the file has: ``size``
    bytes, or as many as the server announces, and 4 GiB at most where ``size`` is not given.

    Of several processes one fetches and the others wait, where files can be locked. On Windows, and on a file
    system without locks, several that fetch one file at the same time write into one another's part: the
    checksum then refuses it, and nothing wrong is kept, but nothing is fetched either. Start one.

    Args:
        url: An ``http`` or ``https`` address.
        path: The file; its folder is made.
        sha256: Its SHA-256 in hexadecimal digits, or the beginning of that, 8 digits or more.
        size: How many bytes it has, where that is known.
        report: Is told what is fetched, and how many of how many megabytes; by default in lines on stderr.

    Returns:
        The path.

    Raises:
        DataError: If the checksum is none, or the file cannot be fetched, has another size, or is another
            one than the checksum says.
    """
    if not url.startswith(("https://", "http://")):
        raise DataError(f"expected an address that begins with https:// or http://, got {url!r}: correct it")
    check_checksum(sha256)
    part = path.with_name(f"{path.name}.part")
    transfer = Transfer(url=url, name=path.name, size=size, report=report or PlainReport())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            check_present(path, sha256)
            return path
        with _held(part) as file:
            if not path.is_file():  # another process was faster
                transfer.complete(file)
                check_fetched(file, url, sha256)
                os.fsync(file.fileno())
                if sys.platform != "win32":
                    part.replace(path)
        if not path.is_file():  # Windows renames no file that is open
            part.replace(path)
    except (OSError, http.client.HTTPException) as error:
        kept = f"; {part} is kept, the same command goes on from there" if _size(part) else "; try again"
        raise DataError(f"cannot get {url}: {_line(error)}{kept}") from error
    return path


@contextmanager
def _held(part: Path) -> Iterator[PartFile]:
    """Open the part for this process alone, where files can be locked; wait while another one has it."""
    while True:
        with part.open("a+b") as file:
            _lock(file)
            if not _is_still(file, part):  # it became the file, or was removed
                continue
            try:
                yield file
            finally:
                if not os.fstat(file.fileno()).st_size:
                    _remove(file, part)
            return


def _lock(file: PartFile) -> None:
    if sys.platform != "win32":
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX)


def _remove(file: PartFile, part: Path) -> None:
    if sys.platform == "win32":  # which removes no file that is open
        file.close()
    part.unlink(missing_ok=True)


def _is_still(file: PartFile, part: Path) -> bool:
    try:
        return sys.platform == "win32" or os.path.samestat(os.fstat(file.fileno()), part.stat())
    except FileNotFoundError:
        return False


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _line(error: BaseException) -> str:
    if type(error) is urllib.error.URLError and isinstance(error.reason, BaseException):
        error = error.reason  # what it wraps says what happened
    return " ".join(str(error).split())[:200] or type(error).__name__
