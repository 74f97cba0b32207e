"""A run's figures as JSON that other programs can rely on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synth_anomaly.errors import RunError
from synth_anomaly.files import write_text
from synth_anomaly.reporting.provenance import Provenance
from synth_anomaly.reporting.versions import versions as installed_versions

__all__ = ["add_to_metrics", "read_metrics", "write_metrics"]


def write_metrics(
    path: Path,
    metrics: Mapping[str, float],
    provenance: Provenance,
    *,
    seconds: float,
    versions: Mapping[str, str] | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """Write the figures and where they come from; return what was written.

    The keys ``metrics``, ``dataset``, ``category``, ``split``, ``method``, ``preset``, ``changes``,
    ``seed``, ``seconds`` and ``versions`` are always there. An undefined figure is ``null``.

    Args:
        path: The file.
        metrics: By name.
        provenance: Where they come from.
        seconds: Wall time of the run.
        versions: By distribution; those installed by default.
        **extra: Further keys with plain values, such as ``cpu_seconds``, ``precision``, ``device``,
            ``score_size``, ``iou_threshold``, ``image_f1_threshold``, ``published``, ``skipped``,
            ``images``, ``undefined``, ``counts`` or ``notes``.
    """
    known = installed_versions() if versions is None else versions
    table = {"metrics": metrics} | asdict(provenance) | {"seconds": seconds, "versions": known}
    if clash := sorted(table.keys() & extra.keys()):
        raise TypeError(f"expected extra keys besides the fixed ones, got {', '.join(clash)}: rename them")
    return _write(path, table | extra)


def add_to_metrics(path: Path, **extra: Any) -> None:
    """Write further keys, or other values of those, into a file that :func:`write_metrics` wrote.

    Args:
        path: The file.
        **extra: The keys with plain values, such as ``compared``.

    Raises:
        RunError: If the file is missing or is not what :func:`write_metrics` writes.
    """
    _write(path, read_metrics(path) | extra)


def read_metrics(path: Path) -> dict[str, Any]:
    """Return what was written; an undefined figure of ``metrics`` is nan again.

    Raises:
        RunError: If the file is missing or is not what :func:`write_metrics` writes.
    """
    try:
        table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        table["metrics"] = {
            name: math.nan if value is None else float(value) for name, value in table["metrics"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise RunError(f"no figures at {path}: the run did not come to its end, go on with sat run") from None
    return table


def _write(path: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(table)
    write_text(path, json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    return plain


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: no tuples, no numpy, None for what is not finite."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
