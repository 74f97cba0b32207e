"""The folders of runs: making the next one, removing one in which nothing happened, finding one again."""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import suppress
from pathlib import Path

from synth_anomaly.errors import RunError
from synth_anomaly.files import printable

__all__ = ["new_folder", "remove_folder", "resume_command", "run_folder"]


def new_folder(out: Path, method: str, category: str) -> Path:
    """Make ``out/<method>/<category>/<n>`` with the next free number.

    Raises:
        RunError: If it cannot be made.
    """
    parent = out / _one_part(method) / _one_part(category)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(path.name) for path in parent.iterdir() if path.name.isdecimal()), default=0)
        while True:
            try:
                (parent / str(number)).mkdir()
            except FileExistsError:  # another process was faster
                number += 1
            else:
                return parent / str(number)
    except OSError as error:
        raise RunError(
            f"no folder can be made in {parent}: {error.strerror}; give another with --out"
        ) from error


def remove_folder(folder: Path) -> None:
    """Remove a run's folder, and those of its category and method where they are empty then."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()
        folder.parent.parent.rmdir()


def run_folder(path: Path) -> Path:
    """Return a run's folder, which may be named by its recipe.

    Raises:
        RunError: If it is not there.
    """
    folder = path.parent if path.name == "recipe.toml" else path
    if not (folder / "recipe.toml").is_file():
        what = "a folder without recipe.toml" if folder.is_dir() else "no folder"
        raise RunError(
            f"expected a run's folder at {folder}, got {what}: give the one that sat run printed last"
        )
    return folder


def resume_command(folder: Path) -> str:
    """Return what to type to go on with a run."""
    return f"sat run --resume {shlex.quote(str(folder))}"


def _one_part(name: str) -> str:
    """Return a name as one part of a path, which leads nowhere else."""
    return re.sub(r'[/\\:*?"<>|]', "-", printable(name)).replace("..", "-")
