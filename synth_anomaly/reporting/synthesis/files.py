"""Synthetic samples as files: images, masks, and what was drawn."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from synth_anomaly.files import write_text, write_whole
from synth_anomaly.reporting.synthesis.samples import SyntheticSample

__all__ = ["readable_json", "write_picture", "write_sample"]


def write_sample(folder: Path, number: int, sample: SyntheticSample) -> None:
    """Write ``images/<number>.png``, ``masks/<number>.png`` and ``parameters/<number>.json``.

    Where there is a guide, it is ``guides/<number>.png``.

    Args:
        folder: Where to; the folders are made where they are missing.
        number: The sample's number, from 0.
        sample: What to write.
    """
    pictures = {"images": sample.after, "masks": sample.mask}
    if sample.guide is not None:
        pictures["guides"] = sample.guide
    for part in (*pictures, "parameters"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    name = f"{number:03d}"
    for part, picture in pictures.items():
        write_picture(folder / part / f"{name}.png", Image.fromarray(picture))
    facts = {
        "image": sample.image,
        "is_defective": sample.is_defective,
        "mask_share": sample.area,
        "changed_share": sample.changed,
        **({} if sample.guide is None else {"guide_share": sample.guide_share}),
        "parameters": sample.parameters,
    }
    write_text(folder / "parameters" / f"{name}.json", readable_json(facts), sync=False)


def write_picture(path: Path, picture: Image.Image) -> None:
    """Write a picture as PNG."""
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=3)
    write_whole(path, content.getvalue(), sync=False)


def readable_json(value: Mapping[str, Any]) -> str:
    """Return JSON with tables indented and each list on one line; nan is null, and inf a text.

    Example:
        >>> print(readable_json({"shape": {"box": [1, 2, 3, 4]}}), end="")
        {
          "shape": {
            "box": [1, 2, 3, 4]
          }
        }
    """
    return _text(value, 0) + "\n"


def _text(value: Any, depth: int) -> str:
    if not isinstance(value, Mapping) or not value:
        return json.dumps(_finite(value), ensure_ascii=False)
    margin = "  " * (depth + 1)
    lines = [
        f"{margin}{json.dumps(str(key), ensure_ascii=False)}: {_text(item, depth + 1)}"
        for key, item in value.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"


def _finite(value: Any) -> Any:
    """Return a plain value without what JSON has no number for."""
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return None
    return str(value) if isinstance(value, float) and math.isinf(value) else value
