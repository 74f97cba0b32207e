"""Maps, scores and pictures of images, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from synth_anomaly.data import Images, as_samples, load_test
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Prediction
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.method.tensors import checked_images
from synth_anomaly.method.warning import warn_caller
from synth_anomaly.training import choose_precision

__all__ = ["pictures_of", "predict"]


@torch.no_grad()
def predict(
    method: MethodDefinition,
    images: Images | Tensor,
    *,
    batch_size: int | None,
    precision: str,
    warn: Callable[[str], None],
) -> Prediction:
    """Return maps and scores, as float32 on the CPU; see :meth:`synth_anomaly.Method.predict`."""
    method.eval()
    settings, device = method.settings, method.device
    # who has samples has been told of them, or will be of all together
    tell = warn if isinstance(images, str | Path) or _are_paths(images) else _silent
    batches = _batches(method, images, batch_size or settings.batch_size, tell)
    with choose_precision(precision, device).predicting(device):
        # The layout decides rounding: the same images predict the same, however they lie in memory.
        parts = [_on_host(method(batch.to(device).contiguous())) for batch in batches]
    reconstructions = [part.reconstruction for part in parts if part.reconstruction is not None]
    return Prediction(
        maps=torch.cat([part.maps for part in parts]),
        scores=torch.cat([part.scores for part in parts]),
        reconstruction=torch.cat(reconstructions) if reconstructions else None,
    )


@torch.no_grad()
def pictures_of(
    method: MethodDefinition, images: Images | Tensor, *, precision: str = "fp32"
) -> dict[str, Tensor]:
    """Return a method's pictures of images, as float32 on the CPU; see :meth:`MethodDefinition.pictures`."""
    method.eval()
    settings, device = method.settings, method.device
    batches = _batches(method, images, settings.batch_size, _silent)
    with choose_precision(precision, device).predicting(device):
        parts = [method.pictures(batch.to(device).contiguous()) for batch in batches]
        return {name: torch.cat([part[name].float().cpu() for part in parts]) for name in parts[0]}


def _batches(
    method: MethodDefinition, images: Images | Tensor, batch_size: int, warn: Callable[[str], None]
) -> Iterator[Tensor]:
    size = method.settings.input_size
    if not isinstance(images, Tensor):
        samples = as_samples(images, "new", reading=method.settings.reading, warn=warn_caller)
        if not samples:
            raise DataError("expected at least one image, got none: give some to predict")
        loaded = load_test(samples, size, batch_size=batch_size)
        for batch in loaded:
            yield batch.images
        for remark in loaded.remarks:
            if remark.kind not in method.said:
                warn(remark.text)
        return
    yield from torch.split(checked_images(images, size), batch_size)


def _are_paths(images: Images | Tensor) -> bool:
    return isinstance(images, list | tuple) and all(isinstance(item, str | Path) for item in images)


def _silent(_: str) -> None:
    """Leave what is said to others."""


def _on_host(part: Prediction) -> Prediction:
    """Return a batch's prediction as float32 on the CPU, so that the device holds one batch at a time."""
    return Prediction(
        maps=part.maps.detach().float().cpu(),
        scores=part.scores.detach().float().cpu(),
        reconstruction=None if part.reconstruction is None else part.reconstruction.detach().float().cpu(),
    )
