"""Files from the network: whole and checked, or not there; what is interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from synth_anomaly.errors import DataError

if sys.platform != "win32":
    import fcntl

__all__ = ["PlainReport", "download"]

_File: TypeAlias = io.BufferedRandom

_CHUNK = 1 << 20
_TIMEOUT = 60.0
_EVERY = 10.0
_COMPLETE = 416  # the server has nothing beyond what is there already


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


def download(
    url: str, path: Path, sha256: str, *, report: Callable[[str, int, int], None] | None = None
) -> Path:
    """Fetch a file unless it is there and is the right one; a download that was interrupted goes on.

    What has arrived lies in ``<name>.part`` beside the file. It becomes the file when it is complete and has
    the right checksum, and is removed when it has another. Of several processes one fetches, the others wait.

    Args:
        url: An ``http`` or ``https`` address.
        path: The file; its folder is made.
        sha256: Its SHA-256 in hexadecimal digits, or the beginning of that.
        report: Is told what is fetched, and how many of how many megabytes; by default in lines on stderr.

    Returns:
        The path.

    Raises:
        DataError: If it cannot be fetched, or is another file than the checksum says.
    """
    if not url.startswith(("https://", "http://")):
        raise DataError(f"expected an address that begins with https:// or http://, got {url!r}: correct it")
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            _check_present(path, sha256)
            return path
        with _held(part) as file:
            if not path.is_file():  # another process was faster
                _complete(url, file, part, report or PlainReport())
                _check(file, url, sha256)
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
def _held(part: Path) -> Iterator[_File]:
    """Open the part for this process alone; wait while another one has it."""
    while True:
        with part.open("a+b") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_still(file, part):  # it became the file, or was removed
                continue
            try:
                yield file
            finally:
                if sys.platform != "win32" and not os.fstat(file.fileno()).st_size:
                    part.unlink(missing_ok=True)
            return


def _is_still(file: _File, part: Path) -> bool:
    try:
        return sys.platform == "win32" or os.path.samestat(os.fstat(file.fileno()), part.stat())
    except FileNotFoundError:
        return False


def _complete(url: str, file: _File, part: Path, report: Callable[[str, int, int], None]) -> None:
    """Fetch what is missing, from the beginning where the server cannot do otherwise."""
    have = file.seek(0, os.SEEK_END)
    headers = {"User-Agent": "synth-anomaly", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with urllib.request.urlopen(  # noqa: S310  # download() has looked at the scheme
            urllib.request.Request(url, headers=headers),  # noqa: S310
            timeout=_TIMEOUT,
        ) as answer:
            if have and _start(answer) != have:
                file.truncate(0)
                if answer.status == http.client.PARTIAL_CONTENT:  # a part that nobody asked for
                    _complete(url, file, part, report)
                    return
                have = 0
            _copy(answer, file, part.name.removesuffix(".part"), have, report)
    except urllib.error.HTTPError as error:
        with error:
            if error.code != _COMPLETE or not have:
                raise
            total = (error.headers.get("Content-Range") or "").rpartition("/")[2]
        if total != str(have):  # what is there is of another file
            file.truncate(0)
            _complete(url, file, part, report)


def _start(answer: http.client.HTTPResponse) -> int:
    """Return from which byte the server answers."""
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
    return int(found[1]) if answer.status == http.client.PARTIAL_CONTENT and found else 0


def _copy(
    answer: http.client.HTTPResponse,
    file: _File,
    name: str,
    have: int,
    report: Callable[[str, int, int], None],
) -> None:
    length = answer.headers.get("Content-Length")
    total = None if length is None else have + int(length)
    while chunk := answer.read(_CHUNK):
        file.write(chunk)
        have += len(chunk)
        report(f"{name}, MB", have // 10**6, (total or have) // 10**6)
    file.flush()
    if total is not None and have < total:
        raise ConnectionError(f"the connection ended after {have} of {total} bytes")


def _check_present(path: Path, sha256: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(sha256.lower()):
        raise DataError(
            f"expected the SHA-256 {sha256} of {path}, got {found[: len(sha256)]}: it is another file, "
            "remove it and try again"
        )


def _check(file: _File, url: str, sha256: str) -> None:
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()
    if not sha256 or not found.startswith(sha256.lower()):
        file.truncate(0)
        raise DataError(
            f"expected the SHA-256 {sha256} of {url}, got {found[: max(8, len(sha256))]}: nothing is kept; "
            "try again, and if it stays so ask who publishes it"
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _line(error: BaseException) -> str:
    if type(error) is urllib.error.URLError and isinstance(error.reason, BaseException):
        error = error.reason  # what it wraps says what happened
    return " ".join(str(error).split())[:200] or type(error).__name__
