"""Where a command writes: a folder of its own, so that nothing that was there is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_anomaly.errors import RunError

__all__ = ["output_folder"]


@contextmanager
def output_folder(out: Path | None, run: Path, stem: str) -> Iterator[Path]:
    """Make the folder that the block writes to; when the block fails, what it wrote is removed.

    Args:
        out: The folder asked for, new or empty; None for ``run/<stem>-<n>`` with the next free number.
        run: The folder of the run, or of everything of the kind; made where it is missing.
        stem: What the folder holds.

    Raises:
        RunError: If the folder holds something, or cannot be written to.
    """
    try:
        folder, is_new = _numbered(run, stem) if out is None else _given(out)
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            if not is_new:
                folder.mkdir(exist_ok=True)
            raise
    except OSError as error:
        raise RunError(f"cannot write to {out or run}: {error}; give another folder with --out") from error


def _given(out: Path) -> tuple[Path, bool]:
    is_new = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise RunError(
            f"expected a new or an empty folder at {out}, got one that holds files: "
            "give another with --out, or remove it"
        )
    return out, is_new


def _numbered(run: Path, stem: str) -> tuple[Path, bool]:
    number = 1
    while True:
        try:
            (run / f"{stem}-{number}").mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return run / f"{stem}-{number}", True
