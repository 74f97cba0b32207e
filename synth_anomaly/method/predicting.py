"""Maps, scores and pictures of images, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from synth_anomaly.data import Images, as_samples, load_test
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Prediction, Size
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.training import choose_precision

__all__ = ["pictures_of", "predict"]


@torch.no_grad()
def predict(
    method: MethodDefinition, images: Images | Tensor, *, batch_size: int | None, precision: str
) -> Prediction:
    """Return maps and scores, as float32 on the CPU; see :meth:`synth_anomaly.Method.predict`."""
    method.eval()
    settings, device = method.settings, method.device
    batches = _batches(images, settings.input_size, batch_size or settings.batch_size)
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
    batches = _batches(images, settings.input_size, settings.batch_size)
    with choose_precision(precision, device).predicting(device):
        parts = [method.pictures(batch.to(device).contiguous()) for batch in batches]
        return {name: torch.cat([part[name].float().cpu() for part in parts]) for name in parts[0]}


def _batches(images: Images | Tensor, size: Size, batch_size: int) -> Iterator[Tensor]:
    if not isinstance(images, Tensor):
        samples = as_samples(images, "new")
        if not samples:
            raise DataError("expected at least one image, got none: give some to predict")
        for batch in load_test(samples, size, batch_size=batch_size):
            yield batch.images
        return
    if not images.is_floating_point() or images.shape[1:] != (3, *size) or not len(images):
        raise DataError(
            f"expected a (B, 3, {size[0]}, {size[1]}) tensor of floats in [0, 1], B at least 1, "
            f"got {images.dtype} {tuple(images.shape)}: "
            "resize it, or give files or uint8 arrays, which are resized here"
        )
    yield from torch.split(images, batch_size)


def _on_host(part: Prediction) -> Prediction:
    """Return a batch's prediction as float32 on the CPU, so that the device holds one batch at a time."""
    return Prediction(
        maps=part.maps.detach().float().cpu(),
        scores=part.scores.detach().float().cpu(),
        reconstruction=None if part.reconstruction is None else part.reconstruction.detach().float().cpu(),
    )
