"""What a method reconstructs, and what else it shows, for the contact sheet."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from synth_anomaly.interfaces import Sample
from synth_anomaly.method import Method
from synth_anomaly.method.predicting import pictures_of
from synth_anomaly.reporting.evaluation_sheet import Pictures, Reconstruct

__all__ = ["pictures", "reconstructor"]


def reconstructor(method: Method, precision: str = "fp32") -> Reconstruct | None:
    """Return what reconstructs a sample, uint8 ``(H, W, 3)``; None where the method reconstructs nothing."""
    if method.predict(_blank(method), precision=precision).reconstruction is None:
        return None

    def reconstruct(sample: Sample) -> npt.NDArray[np.uint8]:
        reconstruction = method.predict([sample], precision=precision).reconstruction
        assert reconstruction is not None  # noqa: S101  # a method reconstructs always or never
        return _as_bytes(reconstruction[0])

    return reconstruct


def pictures(method: Method, precision: str = "fp32") -> Pictures | None:
    """Return the method's own columns; None where it has none."""
    heads = tuple(pictures_of(method, _blank(method), precision=precision))
    if not heads:
        return None

    def draw(sample: Sample) -> list[npt.NDArray[np.uint8]]:
        shown = pictures_of(method, [sample], precision=precision)
        return [_as_bytes(shown[head][0]) for head in heads]

    return Pictures(heads, draw)


def _blank(method: Method) -> Tensor:
    return torch.zeros(1, 3, *method.settings.input_size)


def _as_bytes(image: Tensor) -> npt.NDArray[np.uint8]:
    return (image.permute(1, 2, 0).clamp(0, 1) * 255).round().to(torch.uint8).numpy()
