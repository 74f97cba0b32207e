"""A file from the network, in its place: whole and checked, or not there."""

from __future__ import annotations

import http.client
import urllib.error
from collections.abc import Callable
from pathlib import Path

from synth_anomaly.download.checksum import check_checksum, check_fetched, check_present
from synth_anomaly.download.part import Part, open_part
from synth_anomaly.download.report import PlainReport
from synth_anomaly.download.transfer import Transfer
from synth_anomaly.errors import DataError

__all__ = ["download"]


def download(
    url: str,
    path: Path,
    sha256: str,
    *,
    size: int | None = None,
    report: Callable[[str, int, int], None] | None = None,
) -> Path:
    """Fetch a file unless it is there and is the right one.

    What has arrived lies in ``<name>.part`` beside the file. It becomes the file when it is complete and has
    the right checksum, and is removed when it has another. No more is written than the file has: ``size``
    bytes, or as many as the server announces, and 4 GiB at most where ``size`` is not given.

    Where files can be locked, a download that was interrupted goes on, and of several processes one fetches
    while the others wait. On Windows, and on a file system without locks, each fetches into a part of its
    own, ``<name>.<random>.part``, and the first that is complete becomes the file. What is interrupted there
    begins anew: its part is removed, or left behind by a process that is killed, and never read again.

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
    transfer = Transfer(url=url, name=path.name, size=size, report=report or PlainReport())
    part: Part | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            check_present(path, sha256)
            return path
        with open_part(path) as part:
            if not path.is_file():  # another process was faster
                transfer.complete(part.file)
                check_fetched(part.file, url, sha256)
                part.become(path)
    except (OSError, http.client.HTTPException) as error:
        hint = "try again"
        if part and part.is_kept:
            hint = f"{part.path} is kept, the same command goes on from there"
        raise DataError(f"cannot get {url}: {_line(error)}; {hint}") from error
    return path


def _line(error: BaseException) -> str:
    if type(error) is urllib.error.URLError and isinstance(error.reason, BaseException):
        error = error.reason  # what it wraps says what happened
    return " ".join(str(error).split())[:200] or type(error).__name__
