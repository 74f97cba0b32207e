"""Files that are there whole or not at all, and texts that any file can hold."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

__all__ = ["printable", "write_text", "write_whole"]

_UNPAIRED = re.compile("[\ud800-\udfff]")
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF


def printable(text: str) -> str:
    r"""Return a text as UTF-8 can hold it: what is none of it is written as in addresses, such as ``%FC``.

    Names of files are bytes on many systems, and Python marks a byte of a name that is no UTF-8 by half of a
    surrogate pair, which neither a terminal nor a file takes. Every other text stays as it is.

    Example:
        >>> printable("Pr\udcfcf.png"), printable("Prüf 100%.png")
        ('Pr%FCf.png', 'Prüf 100%.png')
    """
    return _UNPAIRED.sub(_as_bytes, text)


def _as_bytes(found: re.Match[str]) -> str:
    code = ord(found[0])
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        return f"%{code - 0xDC00:02X}"
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass"))


def write_text(path: Path, text: str, *, sync: bool = True) -> None:
    """Write a text as `write_whole` does, in UTF-8; what is none of it is written as `printable` has it.

    Raises:
        OSError: If it cannot be written; the old content is still there.
    """
    write_whole(path, printable(text).encode(), sync=sync)


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
