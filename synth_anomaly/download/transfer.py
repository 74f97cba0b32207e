"""What of a file is missing, from a server, and no more than the file has."""

from __future__ import annotations

import http.client
import io
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from synth_anomaly.errors import DataError

__all__ = ["LARGEST", "PartFile", "Transfer"]

PartFile: TypeAlias = io.BufferedRandom
"""A file that is written at its end and read anywhere."""

LARGEST = 1 << 32
"""Bytes at most of a file whose size is not declared: 4 GiB."""

_CHUNK = 1 << 20
_TIMEOUT = 60.0
_COMPLETE = 416  # the server has nothing beyond what is there already


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Fetches one file.

    Attributes:
        url: An ``http`` or ``https`` address.
        name: What the report calls the file.
        size: How many bytes the file has, where it is known. Otherwise it may have as many as the server
            announces, and :data:`LARGEST` at most.
        report: Is told what is fetched, and how many of how many megabytes.
    """

    url: str
    name: str
    size: int | None
    report: Callable[[str, int, int], None]

    def complete(self, file: PartFile) -> None:
        """Fetch what is missing, from the beginning where the server cannot do otherwise.

        Args:
            file: What is there; it may be of another file, and is emptied then.

        Raises:
            DataError: If the server's file has another size than this one, or is too large.
            OSError: If the connection fails, or ends too soon.
        """
        have = file.seek(0, os.SEEK_END)
        if self.size is not None and have > self.size:
            have = file.truncate(0)
        if have and have == self.size:
            return
        try:
            with urllib.request.urlopen(self._request(have), timeout=_TIMEOUT) as answer:  # noqa: S310
                self._take(answer, file, have)
        except urllib.error.HTTPError as error:
            with error:
                if error.code != _COMPLETE or not have:
                    raise
                total = (error.headers.get("Content-Range") or "").rpartition("/")[2]
            if total != str(have):  # what is there is of another file
                file.truncate(0)
                self.complete(file)

    def _request(self, have: int) -> urllib.request.Request:
        headers = {"User-Agent": "synth-anomaly", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        return urllib.request.Request(self.url, headers=headers)  # noqa: S310  # download() saw the scheme

    def _take(self, answer: http.client.HTTPResponse, file: PartFile, have: int) -> None:
        if have and _start(answer) != have:
            if answer.status == http.client.PARTIAL_CONTENT:  # a part that nobody asked for
                file.truncate(0)
                self.complete(file)
                return
            self._check_announced(_total(answer, 0))
            have = file.truncate(0)
        total = _total(answer, have)
        self._check_announced(total)
        self._copy(answer, file, have, self.size if total is None else total)

    def _check_announced(self, total: int | None) -> None:
        """Refuse a file of another size before anything is written."""
        if total is None:
            return
        if total > LARGEST if self.size is None else total != self.size:
            raise self._another(f"{total} announced", "nothing of it is written")

    def _copy(self, answer: http.client.HTTPResponse, file: PartFile, have: int, total: int | None) -> None:
        limit = LARGEST if total is None else total
        while chunk := answer.read(min(_CHUNK, limit + 1 - have)):
            have += len(chunk)
            if have > limit:
                file.truncate(0)
                raise self._another("more", "nothing of it is kept")
            file.write(chunk)
            self.report(f"{self.name}, MB", have // 10**6, (total or have) // 10**6)
        file.flush()
        if total is not None and have < total:
            raise ConnectionError(f"the connection ended after {have} of {total} bytes")

    def _another(self, got: str, left: str) -> DataError:
        expected = f"at most {LARGEST} bytes" if self.size is None else f"{self.size} bytes"
        return DataError(
            f"expected {expected} of {self.url}, got {got}: it is another file, and {left}; "
            "look at the address, or ask who publishes it"
        )


def _start(answer: http.client.HTTPResponse) -> int:
    """Return from which byte the server answers."""
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
    return int(found[1]) if answer.status == http.client.PARTIAL_CONTENT and found else 0


def _total(answer: http.client.HTTPResponse, start: int) -> int | None:
    """Return how many bytes the whole file has by what the server announces, or None."""
    return None if answer.length is None else start + answer.length
