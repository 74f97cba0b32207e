"""Checking tensors of images that a user gives."""

from __future__ import annotations

from torch import Tensor

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size

__all__ = ["checked_images"]

_SLACK = 1e-3
"""How far resizing may carry a value out of [0, 1] by rounding."""


def checked_images(images: Tensor, size: Size) -> Tensor:
    """Return a tensor of images as float32, if it is one.

    Args:
        images: Floats ``(B, 3, H, W)`` of any precision, RGB in [0, 1], B at least 1.
        size: The height and width that are wanted.

    Raises:
        DataError: If it is of another form or size, or a value is outside [0, 1] or nan; the message says
            the cure.
    """
    if not images.is_floating_point() or images.shape[1:] != (3, *size) or not len(images):
        raise DataError(
            f"expected a (B, 3, {size[0]}, {size[1]}) tensor of floats in [0, 1], B at least 1, "
            f"got {images.dtype} {tuple(images.shape)}: {_form_cure(images, size)}"
        )
    single = images.float()
    low, high = (float(bound) for bound in single.aminmax())
    if not (low >= -_SLACK and high <= 1 + _SLACK):
        raise DataError(
            f"expected a tensor of floats in [0, 1], got {low:g} to {high:g}: {_range_cure(low, high)}"
        )
    return single


def _form_cure(images: Tensor, size: Size) -> str:
    if images.shape == (3, *size):
        return "give a batch, images[None]"
    if images.shape[1:] == (*size, 3):
        return "put the colours before the rows, images.permute(0, 3, 1, 2)"
    if images.shape[1:] == (3, *size) and len(images):
        return "divide them by their white, such as images.float() / 255"
    return "resize it, or give files or uint8 arrays, which are resized here"


def _range_cure(low: float, high: float) -> str:
    if low != low or high != high or high - low == float("inf"):
        return "look for what made it nan or inf"
    return "undo its normalisation" if low < 0 else "divide it by its white, such as 255"
