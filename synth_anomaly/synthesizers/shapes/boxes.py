"""Boxes: filled, and joined."""

from __future__ import annotations

import torch
from torch import Tensor

from synth_anomaly.interfaces import Size

__all__ = ["fill_boxes", "hull"]


def fill_boxes(boxes: Tensor, size: Size) -> Tensor:
    """Return ``(count, 1, H, W)`` float32: 1 inside each of ``(count, 4)`` boxes, 0 elsewhere."""
    top, left, height, width = boxes[:, :, None].unbind(1)
    down = torch.arange(size[0], device=boxes.device)
    across = torch.arange(size[1], device=boxes.device)
    rows = (down >= top) & (down < top + height)
    columns = (across >= left) & (across < left + width)
    return (rows[:, None, :, None] & columns[:, None, None, :]).float()


def hull(first: Tensor, second: Tensor) -> Tensor:
    """Return the least boxes that hold two others, each ``(count, 4)``: top, left, height and width."""
    corner = torch.minimum(first[:, :2], second[:, :2])
    ends = torch.maximum(first[:, :2] + first[:, 2:], second[:, :2] + second[:, 2:])
    return torch.cat((corner, ends - corner), dim=1)
