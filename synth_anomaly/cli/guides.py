"""The guide that a command line means: by name, as a folder of maps, or as a network in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import DataError
from synth_anomaly.options import NONE, nearest
from synth_anomaly.recipe import parse_override
from synth_anomaly.registry import IMPORT_PATH

__all__ = ["guide_asked_for", "guide_option"]

_NETWORKS = (".pt", ".onnx")

guide_option = click.option(
    "--guide",
    metavar="NAME|PATH",
    help="Where defects may lie: see sat list guide; or a folder of maps, or a .pt or .onnx network.",
)


def guide_asked_for(text: str) -> Any:
    """Return what ``--guide`` says as a recipe writes it: a name, or a table with options.

    A name stands for itself though a file be called the same; so do a table and ``none``.

    Raises:
        DataError: If it is neither a name nor a path at which something lies.
    """
    value = parse_override(f"guide={text}")["guide"]
    if not isinstance(value, str) or value == NONE or IMPORT_PATH.fullmatch(value):
        return value
    entries = catalogue().registry("guide").entries
    names = {name for entry in entries for name in (entry.component.name, entry.full_name)}
    if value in names:
        return value
    path = Path(value).expanduser()
    if path.is_dir():
        return {"name": "drawn-guides", "folder": value}
    if path.suffix in _NETWORKS and path.is_file():
        return {"name": "model-file", "path": value}
    known = sorted({entry.component.name for entry in entries})
    what = "a file that is neither" if path.exists() else "nothing at that path"
    raise DataError(
        f"expected --guide to name a guide, a folder of maps or a network ({', '.join(_NETWORKS)}), "
        f"got {value!r}, {what}: {nearest(value, known)}"
    )
