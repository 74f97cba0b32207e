"""CIFAR-10 from its authors."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path
from tempfile import mkdtemp

from synth_anomaly.data import cifar10_files as files
from synth_anomaly.download import download
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Report

__all__ = ["download_cifar10"]

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
"""Of the archive, whose MD5 the authors give as c32a1d4ab5d03f1284b67883e8d87530."""

SIZE = 170_052_171
"""Bytes of the archive."""

_FOLDER = "cifar-10-batches-bin"
_NAMES = (*(f"{name}.bin" for name in (*files.TRAINING_FILES, "test_batch")), "batches.meta.txt")
_LARGEST_TEXT = 1 << 16


def download_cifar10(folder: Path, *, url: str | None = None, report: Report | None = None) -> Path:
    """Put CIFAR-10's binary layout into a folder: all of it, or nothing.

    Args:
        folder: Where ``cifar-10-batches-bin`` is to be; made where it is missing.
        url: Another address of the same archive.
        report: Is told how far it is.

    Returns:
        ``folder/cifar-10-batches-bin``; nothing is fetched where it is there whole.

    Raises:
        DataError: If it cannot be fetched, is another file, or a part of the folder is there already.
    """
    there = folder / _FOLDER
    if there.exists():
        if lacking := [name for name in _NAMES if not (there / name).is_file()]:
            raise DataError(
                f"expected no folder or a whole one at {there}, got one without {', '.join(lacking)}: "
                "remove it, or give another place with --out"
            )
        return there
    archive = download(url or URL, folder / "cifar-10-binary.tar.gz", SHA256, size=SIZE, report=report)
    part = Path(mkdtemp(prefix=f".{_FOLDER}.", dir=folder))  # of its own: another process may extract too
    try:
        _extract(archive, part)
        part.chmod(0o755)
        part.rename(there)
    except (OSError, EOFError, tarfile.TarError) as error:
        if there.is_dir():  # the other process was first
            return there
        raise DataError(f"cannot extract {archive}: {error}; remove it and try again") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    archive.unlink(missing_ok=True)
    return there


def _extract(archive: Path, folder: Path) -> None:
    """Write the files that belong to the layout, of their sizes, and nothing else that is in there."""
    left = set(_NAMES)
    with tarfile.open(archive, "r:gz") as content:
        for member in content:
            name = member.name.removeprefix("./").removeprefix(f"{_FOLDER}/")
            if name in left and member.isreg() and _fits(name, member.size):
                source = content.extractfile(member)
                assert source is not None  # noqa: S101  # it is a regular file
                with source, (folder / name).open("xb") as target:
                    shutil.copyfileobj(source, target)
                left.remove(name)
    if left:
        raise DataError(f"expected {', '.join(sorted(left))} in {archive}, got an archive without: try again")


def _fits(name: str, size: int) -> bool:
    return size == files.PER_FILE * files.RECORD if name.endswith(".bin") else size <= _LARGEST_TEXT
