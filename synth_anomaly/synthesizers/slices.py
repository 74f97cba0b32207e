"""Boxes pasted as slices, one image after another: how a CPU does it soonest.

Pieces of one shape, all at once, are for devices, on which a call costs more than its pixels. In the CPU's
memory a box is a slice, read once and written once, by NumPy, as its slices take less time than torch's.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from torch import Tensor

from synth_anomaly.synthesizers.views import View, as_shares, pixels_at

__all__ = ["pasted_in_slices"]


def pasted_in_slices(images: Tensor, boxes: Tensor, view: View) -> tuple[Tensor, Tensor]:
    """Return copies of images that show a view inside their boxes, and masks.

    Args:
        images: ``(B, C, H, W)``, in the CPU's memory.
        boxes: ``(B, 4)`` int64: top, left, height and width.
        view: What is shown, B images of this size.

    Returns:
        Images, contiguous, and float32 ``(B, 1, H, W)``, 1 inside the boxes.
    """
    made = images.clone(memory_format=torch.contiguous_format)
    masks = np.zeros((len(images), 1, *images.shape[2:]), dtype=np.float32)  # sooner cleared than by torch
    pixels, source, kind = _shared_array(made), _Source(view), images.dtype
    recolourings = [recolouring.by_image(boxes) for recolouring in view.recolourings]
    for number, box in enumerate(boxes.tolist()):
        top, left, height, width = box
        if not height * width:
            continue
        content = source.read(number, box)
        for step, changes in enumerate(recolourings):
            before = content.clamp_(0, 1).to(source.kind) if step else content
            content = changes[number].uncut(before)
        place = number, slice(None), slice(top, top + height), slice(left, left + width)
        shown = content.view(-1, height, width)
        if shown.dtype != kind:
            shown = shown.to(kind)
        torch.clamp(shown, 0, 1, out=_as_tensor(pixels[place], kind))
        masks[place] = 1
    return made, torch.from_numpy(masks)


class _Source:
    """The images of which a view shows parts, read box by box."""

    def __init__(self, view: View) -> None:
        self._view, self._pixels = view, _shared_array(view.source)
        self.kind = view.source.dtype if view.source.is_floating_point() else torch.float32
        self._chosen = view.chosen.tolist()
        self._shift = [[0, 0]] * len(self._chosen) if view.shift is None else view.shift.tolist()

    def read(self, number: int, box: list[int]) -> Tensor:
        """Return a copy of what a sample's box shows, ``(C, h * w)``, before its colours change."""
        part = self._shifted(number, box) if self._view.moved is None else None
        if part is not None:
            return self._copy(part)
        (top, left, high, wide), (_, channels, height, width) = box, self._pixels.shape
        down, across = self._places
        rows, columns = down[number, top : top + high], across[number, left : left + wide]
        row_step, column_step = _step(rows), _step(columns)
        if row_step is None or column_step is None:
            places = torch.from_numpy(rows[:, None] + columns)
            return as_shares(pixels_at(self._view.source, places[None])[0]).flatten(1)
        flat, plane = self._pixels.reshape(-1), height * width
        strides = tuple(pixels * flat.itemsize for pixels in (plane, row_step, column_step))
        return self._copy(as_strided(flat[rows[0] + columns[0] :], (channels, high, wide), strides))

    def _copy(self, part: NDArray[Any]) -> Tensor:
        return as_shares(_as_tensor(part.copy().reshape(len(part), -1), self._view.source.dtype))

    def _shifted(self, number: int, box: list[int]) -> NDArray[Any] | None:
        """Return a box of an image that is at most shifted; None where it goes over the image's edge."""
        (top, left, high, wide), (down, across) = box, self._shift[number]
        height, width = self._pixels.shape[2:]
        top, left = (top + down) % height, (left + across) % width
        if top + high > height or left + wide > width:
            return None
        return self._pixels[self._chosen[number], :, top : top + high, left : left + wide]

    @cached_property
    def _places(self) -> tuple[NDArray[Any], NDArray[Any]]:
        down, across = self._view.places()
        return down.numpy(), across.numpy()


def _step(places: NDArray[Any]) -> int | None:
    """Return by how much each place is behind the one before it; None where that differs."""
    steps = np.diff(places)
    if not len(steps):
        return 0
    return int(steps[0]) if (steps == steps[0]).all() else None


def _shared_array(values: Tensor) -> NDArray[Any]:
    """Return values as an array that shares their memory; of bfloat16, which NumPy lacks, the bits."""
    return (values.view(torch.int16) if values.dtype == torch.bfloat16 else values).numpy()


def _as_tensor(values: NDArray[Any], kind: torch.dtype) -> Tensor:
    """Return what `_shared_array` made of a tensor of this kind, or a part of it, as such a tensor."""
    shared = torch.from_numpy(values)
    return shared if shared.dtype == kind else shared.view(kind)
