"""Whether a file is the one that its checksum says."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

from synth_anomaly.errors import DataError

__all__ = ["check_checksum", "check_fetched", "check_present"]


def check_checksum(sha256: str, place: str = "beside the address") -> None:
    """Check that a checksum is one that tells files apart.

    Args:
        sha256: 8 to 64 hexadecimal digits.
        place: Where to declare it, for the message.

    Raises:
        DataError: If it is empty, too short or anything else.
    """
    if not re.fullmatch(r"[0-9a-fA-F]{8,64}", sha256):
        raise DataError(
            f"expected the SHA-256 of a file as 8 to 64 hexadecimal digits, got {sha256!r}: "
            f"declare it {place}, or nothing tells the file from another"
        )


def check_present(path: Path, sha256: str) -> None:
    """Check the file that is there already.

    Raises:
        DataError: If it is another one; it is left alone.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(sha256.lower()):
        raise DataError(
            f"expected the SHA-256 {sha256} of {path}, got {found[: len(sha256)]}: it is another file, "
            "remove it and try again"
        )


def check_fetched(file: io.BufferedRandom, url: str, sha256: str) -> None:
    """Check what was fetched, and empty it where it is wrong.

    Raises:
        DataError: If it is another file.
    """
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(sha256.lower()):
        file.truncate(0)
        raise DataError(
            f"expected the SHA-256 {sha256} of {url}, got {found[: len(sha256)]}: nothing is kept; "
            "try again, and if it stays so ask who publishes it"
        )
