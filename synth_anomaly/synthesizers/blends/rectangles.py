"""Poisson's equation inside rectangles, exactly, as four matrix products a batch."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.synthesizers.blends.waves import Waves
from synth_anomaly.synthesizers.shapes.boxes import fill_boxes

__all__ = ["solve_rectangles"]


def solve_rectangles(source: Tensor, boxes: Tensor, at_edge: Tensor) -> Tensor:
    """Return what is 0 around each rectangle and whose Laplacian, negated, is ``source`` inside it.

    On a rectangle the equation is diagonal in products of sines. Where a side lies at the image's edge,
    there is no neighbour beyond it, and cosines take the place of the sines.

    Args:
        source: ``(n, C, h, w)`` float32; what lies outside the rectangles is ignored.
        boxes: ``(n, 4)`` int64: top, left, height and width of each rectangle.
        at_edge: ``(n, 2, 2)`` bool: whether the first and the last row, and column, are the image's.

    Returns:
        ``(n, C, h, w)``, 0 outside the rectangles. Where all four sides are at the edge any constant could
        be added: the one with mean 0 is returned.
    """
    down, across = (
        Waves.of(source.shape[2 + axis], boxes[:, axis], boxes[:, 2 + axis], at_edge[:, axis])
        for axis in (0, 1)
    )
    stiffness = (down.stiffness[:, :, None] + across.stiffness[:, None])[:, None]
    # the constant, which nothing determines
    inverse = torch.where(stiffness > 1e-9, 1 / stiffness.clamp(min=1e-9), 0.0)
    rows, columns = down.matrix(), across.matrix()
    inside = fill_boxes(boxes, (source.shape[2], source.shape[3]))
    spectrum = _product(_product(source * inside, columns).mT, rows) * inverse.mT
    return _product(_product(spectrum, rows.mT).mT, columns.mT).mul_(inside)


def _product(values: Tensor, waves: Tensor) -> Tensor:
    """Return ``values @ waves`` for all channels at once."""
    count, channels, height, width = values.shape
    return torch.bmm(values.reshape(count, channels * height, width), waves).view(
        count, channels, height, width
    )
