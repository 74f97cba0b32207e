"""Boxes: filled, and joined."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.interfaces import Size

__all__ = ["fill_boxes", "hull", "spans"]


def fill_boxes(boxes: Tensor, size: Size) -> Tensor:
    """Return ``(count, 1, H, W)`` float32: 1 inside each of ``(count, 4)`` boxes, 0 elsewhere."""
    rows, columns = spans(boxes, size)
    return rows.float()[:, None, :, None] * columns.float()[:, None, None, :]


def spans(boxes: Tensor, size: Size) -> tuple[Tensor, Tensor]:
    """Return the rows ``(count, H)`` and columns ``(count, W)`` of boxes ``(count, 4)``, both bool."""
    top, left, height, width = boxes[:, :, None].unbind(1)
    down = torch.arange(size[0], device=boxes.device)
    across = torch.arange(size[1], device=boxes.device)
    return (down >= top) & (down < top + height), (across >= left) & (across < left + width)


def hull(first: Tensor, second: Tensor) -> Tensor:
    """Return the least boxes that hold two others, each ``(count, 4)``: top, left, height and width."""
    corner = torch.minimum(first[:, :2], second[:, :2])
    ends = torch.maximum(first[:, :2] + first[:, 2:], second[:, :2] + second[:, 2:])
    return torch.cat((corner, ends - corner), dim=1)
