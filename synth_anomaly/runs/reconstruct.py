"""What a method reconstructs, for the pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from synth_anomaly.interfaces import Sample
from synth_anomaly.method import Method
from synth_anomaly.reporting.evaluation_sheet import Reconstruct

__all__ = ["reconstructor"]


def reconstructor(method: Method) -> Reconstruct | None:
    """Return what reconstructs a sample, uint8 ``(H, W, 3)``; None where the method reconstructs nothing."""
    blank = torch.zeros(1, 3, *method.settings.input_size)
    if method.predict(blank).reconstruction is None:
        return None

    def reconstruct(sample: Sample) -> npt.NDArray[np.uint8]:
        reconstruction = method.predict([sample]).reconstruction
        assert reconstruction is not None  # noqa: S101  # a method reconstructs always or never
        image = reconstruction[0].permute(1, 2, 0).clamp(0, 1) * 255
        return image.round().to(torch.uint8).numpy()

    return reconstruct
