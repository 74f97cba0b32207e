"""Maps and images turned about their centre."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["turned"]


def turned(images: Tensor, angles: Tensor) -> Tensor:
    """Turn each image by its own angle about its centre, counter-clockwise, bilinearly, over zeros.

    Args:
        images: float32 ``(B, C, H, W)``.
        angles: ``(B,)`` radians.
    """
    height, width = images.shape[2:]
    down = torch.arange(height, device=images.device) + (0.5 - height / 2)
    across = torch.arange(width, device=images.device) + (0.5 - width / 2)
    cosine, sine = angles.cos()[:, None], angles.sin()[:, None]
    # in the units of grid_sample: -1 to 1 from edge to edge, one plane for each axis as that is quicker
    grid = torch.empty((len(images), 2, height, width), device=images.device)
    rows = (-2 / width * sine * down, 2 / height * cosine * down)
    columns = (2 / width * cosine * across, 2 / height * sine * across)
    for axis in range(2):
        torch.add(rows[axis][:, :, None], columns[axis][:, None, :], out=grid[:, axis])
    return F.grid_sample(images, grid.permute(0, 2, 3, 1), padding_mode="zeros", align_corners=False)
