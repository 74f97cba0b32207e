"""Where the files of an image lie, whatever it is called."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

__all__ = ["path_below"]


def path_below(folder: Path, name: str, suffix: str) -> Path:
    """Return the path of a file named after an image; it never leaves the folder.

    Args:
        folder: Where it lies.
        name: The image's name with ``/`` between folders, without the suffix of a file.
        suffix: Put behind the name, such as ``".npz"``; dots in the name stay.

    Example:
        >>> path_below(Path("maps"), "../scratch/003", ".npz").as_posix()
        'maps/scratch/003.npz'
    """
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..")]
    *folders, stem = [part.replace(":", "_") for part in parts] or ["image"]
    return folder.joinpath(*folders, stem + suffix)
