"""Where the files of an image lie, whatever it is called."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from synth_anomaly.files import printable

__all__ = ["path_below"]

_LONGEST = 180
"""Most bytes of a name: file systems take 255, and endings and a mark of what is unfinished come to it."""


def path_below(folder: Path, name: str, suffix: str) -> Path:
    """Return the path of a file named after an image; it never leaves the folder.

    Args:
        folder: Where it lies.
        name: The image's name with ``/`` between folders, without the suffix of a file. Bytes that are no
            UTF-8 are written as ``%FC``; what is too long for a file system is cut, with a code of all of it.
        suffix: Put behind the name, such as ``".npz"``; dots in the name stay.

    Example:
        >>> path_below(Path("maps"), "../scratch/003", ".npz").as_posix()
        'maps/scratch/003.npz'
    """
    given = PurePosixPath(printable(name).replace("\\", "/")).parts
    parts = [part for part in given if part not in ("/", "..")]
    *folders, stem = [_shortened(part.replace(":", "_")) for part in parts] or ["image"]
    return folder.joinpath(*folders, stem + suffix)


def _shortened(part: str) -> str:
    encoded = part.encode()
    if len(encoded) <= _LONGEST:
        return part
    code = hashlib.blake2b(encoded, digest_size=6).hexdigest()
    return f"{encoded[: _LONGEST - len(code) - 1].decode(errors='ignore')}-{code}"
