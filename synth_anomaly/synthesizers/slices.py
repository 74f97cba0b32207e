"""Boxes pasted as slices, one image after another: how a CPU does it soonest.

Pieces of one shape, all at once, are for devices, on which a call costs more than its pixels. In the CPU's
memory a box is a slice, read once and written once, by NumPy, as its slices take less time than torch's.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synth_anomaly.synthesizers.views import View, as_shares

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
    masks = torch.zeros((len(images), 1, *images.shape[2:]))
    pixels, marks, source = _bits(made), masks.numpy(), _Source(view)
    recolourings = [recolouring.by_image() for recolouring in view.recolourings]
    for number, box in enumerate(boxes.tolist()):
        top, left, height, width = box
        content = as_shares(source.read(number, box)).flatten(1)
        for changes in recolourings:
            content = changes[number].of(content.float())
        if not recolourings:
            content.clamp_(0, 1)
        shown = _bits(content.to(images.dtype)).reshape(-1, height, width)
        pixels[number, :, top : top + height, left : left + width] = shown
        marks[number, :, top : top + height, left : left + width] = 1
    return made, masks


class _Source:
    """The images of which a view shows parts, read box by box."""

    def __init__(self, view: View) -> None:
        self._view, self._pixels = view, _bits(view.source)
        self._chosen = view.chosen.tolist()
        self._shift = [[0, 0]] * len(self._chosen) if view.shift is None else view.shift.tolist()

    def read(self, number: int, box: list[int]) -> Tensor:
        """Return a copy of what a sample's box shows, ``(C, h, w)``, before its colours change."""
        _, channels, height, width = self._pixels.shape
        origin, (high, wide) = self._origin(number, box), box[2:]
        if origin is not None:
            image, top, left = origin
            part = self._pixels[image, :, top : top + high, left : left + wide].copy()
        else:
            rows, columns = self._places_in(number, box)
            planes = np.arange(channels)[:, None, None] * (height * width)
            part = self._pixels.reshape(-1)[planes + rows[:, None] + columns]
        values, kind = torch.from_numpy(part), self._view.source.dtype
        return values if values.dtype == kind else values.view(kind)

    def _origin(self, number: int, box: list[int]) -> tuple[int, int, int] | None:
        """Return the image, row and column of the source where a box begins; None where it is no slice."""
        _, channels, height, width = self._pixels.shape
        if self._view.moved is None:
            image, (down, across) = self._chosen[number], self._shift[number]
            top, left = (box[0] + down) % height, (box[1] + across) % width
        else:
            rows, columns = self._places_in(number, box)
            if (np.diff(rows) != width).any() or (np.diff(columns) != 1).any():
                return None
            first = int(rows[0]) + int(columns[0])
            image, top, left = first // (channels * height * width), first // width % height, first % width
        return (image, top, left) if top + box[2] <= height and left + box[3] <= width else None

    def _places_in(self, number: int, box: list[int]) -> tuple[NDArray[Any], NDArray[Any]]:
        down, across = self._places
        top, left, height, width = box
        return down[number, top : top + height], across[number, left : left + width]

    @cached_property
    def _places(self) -> tuple[NDArray[Any], NDArray[Any]]:
        down, across = self._view.places()
        return down.numpy(), across.numpy()


def _bits(values: Tensor) -> NDArray[Any]:
    """Return values as an array that shares their memory; of bfloat16, which NumPy lacks, the bits."""
    return (values.view(torch.int16) if values.dtype == torch.bfloat16 else values).numpy()
