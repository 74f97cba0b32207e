"""Image files as samples."""

from __future__ import annotations

from pathlib import Path

from synth_anomaly.data.image_file import ImageFile, MaskFile
from synth_anomaly.data.truth import Truth
from synth_anomaly.interfaces import Sample

__all__ = ["DEFECT", "file_sample", "image_sample"]

DEFECT = "defect"
"""The kind of a defective image of which nothing else is known."""


def file_sample(kind: str, name: str, path: Path, truth: Truth | None = None) -> Sample:
    """Return an image file as a sample.

    Args:
        kind: ``"good"`` or the kind of defect.
        name: Its name in the data set.
        path: The file.
        truth: Reads its mask; None where there is none to read.
    """
    return Sample(name=name, defect=kind, read=ImageFile(path), read_mask=truth, path=path)


def image_sample(defect: str, stem: str, path: Path, mask: Path | None = None) -> Sample:
    """Return an image file as a sample, named ``<defect>/<stem>``, with its mask's file if any."""
    truth = MaskFile(path, (mask,)) if mask else None
    return file_sample(defect, f"{defect}/{stem}", path, truth)
