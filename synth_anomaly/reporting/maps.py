"""Anomaly maps and image scores as files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth_anomaly.errors import RunError
from synth_anomaly.evaluation.evaluate import Evaluation
from synth_anomaly.files import write_text, write_whole
from synth_anomaly.reporting.paths import path_below
from synth_anomaly.reporting.per_image import image_facts
from synth_anomaly.reporting.written import number_cell, written_names

__all__ = ["COLUMNS", "read_map", "write_map", "write_maps", "write_scores_csv"]

COLUMNS = ("name", "defect", "score", "map_max", "iou", "predicted_share")
"""Columns of ``scores.csv``; numbers are exact, and a cell is empty where one is undefined."""


def write_maps(folder: Path, evaluation: Evaluation, rows: Sequence[int] | None = None) -> list[Path]:
    """Write maps at the size they were scored at, to ``folder/maps/<name>.npz``.

    Args:
        folder: The run's folder.
        evaluation: What was predicted.
        rows: The places of those to write; all by default.

    Returns:
        The files, in that order.
    """
    names = written_names(sample.name for sample in evaluation.samples)
    paths = []
    for row in range(len(evaluation.samples)) if rows is None else rows:
        paths.append(path_below(folder / "maps", names[row], ".npz"))
        write_map(paths[-1], evaluation.maps[row])
    return paths


def write_map(path: Path, values: npt.NDArray[np.floating]) -> None:
    """Write one map ``(H, W)`` as float32, compressed, under the key ``map``; makes the folder."""
    content = io.BytesIO()
    np.savez_compressed(content, map=values.astype(np.float32))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content.getvalue(), sync=False)


def read_map(path: Path) -> npt.NDArray[np.float32]:
    """Return the map ``(H, W)`` in a file.

    Raises:
        RunError: If it is missing or holds no map.
    """
    try:
        with np.load(path, allow_pickle=False) as content:
            values: npt.NDArray[np.float32] = content["map"]
    except (OSError, EOFError, TypeError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RunError(f"no anomaly map at {path} ({error}): give a .npz file of a run's maps") from None
    return values


def write_scores_csv(path: Path, evaluation: Evaluation) -> None:
    """Write a line an image: the columns are :data:`COLUMNS`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for image in image_facts(evaluation):
        numbers = (image.score, image.map_max, image.iou, image.predicted_share)
        writer.writerow([image.name, image.defect, *map(number_cell, numbers)])
    write_text(path, text.getvalue())
