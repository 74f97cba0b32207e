"""Textures with operations on them, made where they will be seen."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.fills.operations.canvas import COUNTING, OF_NEIGHBOURS, OF_PIXELS, Canvas
from synth_anomaly.synthesizers.pieces import Pieces

__all__ = ["Altered"]


@dataclass(frozen=True)
class Altered:
    """Images on which operations are carried out, described.

    Attributes:
        levels: uint8 ``(B, 3, H, W)``; changed when it is made.
        parameters: ``order``, ``(B, n)``, and the values of each operation.
        counts: How many pixels have each level, ``(B, 3, 256)``, where that is known.
    """

    levels: Tensor
    parameters: Parameters
    counts: Tensor | None = None

    def whole(self) -> Tensor:
        """Return the images, float32 ``(B, 3, H, W)``."""
        canvas, order = Canvas(self.levels, self.counts), self.parameters.host["order"]
        for numbers in order.unbind(1):
            canvas.carry_out(numbers, torch.ones(len(order), dtype=torch.bool), self.parameters)
        return canvas.content()

    def at(self, pieces: Pieces) -> Tensor:
        """Return the pixels of the pieces, float32 ``(P, 3, k, n)``.

        Whole images are altered as long as a later operation needs more of them than the pieces.
        """
        canvas, order = Canvas(self.levels, self.counts), self.parameters.host["order"]
        on_whole = _needed_whole(order)
        for step, numbers in enumerate(order.unbind(1)):
            canvas.carry_out(numbers, on_whole[:, step], self.parameters)
        cut = canvas.cut(pieces)
        for step, numbers in enumerate(order.unbind(1)):
            cut.carry_out(numbers, ~on_whole[:, step], self.parameters)
        return cut.content()


def _needed_whole(order: Tensor) -> Tensor:
    """Return which operations, bool ``(B, n)``, are for whole images; those that are not come last."""
    reads_pixels = OF_PIXELS[order]
    # a count after an operation on pixels needs all of these, one before only the levels as they came
    is_counted = COUNTING[order] & (reads_pixels.cumsum(1) > 0)
    needs_all = OF_NEIGHBOURS[order] | is_counted
    needed_later = needs_all.flip(1).cumsum(1).flip(1) > 0
    # tables are one for each image: they change along with the whole until pixels are read
    return needed_later | ((reads_pixels & ~needed_later).cumsum(1) == 0)
