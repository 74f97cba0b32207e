"""Random crops of feature maps, and of the targets beside them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

__all__ = ["crop_alike", "mirror_alike"]

_ANYWHERE = 0.15


def crop_alike(
    features: Sequence[Tensor], masks: Tensor, weights: Tensor, share: float, generator: Generator
) -> tuple[list[Tensor], Tensor, Tensor]:
    """Return a random crop of each image, the same at every level; mostly with a defect in it.

    The crop is a number of whole cells of the coarsest level. It holds a defect's cell, drawn at random, but
    in 15% of the images, and where an image has none.

    Args:
        features: Maps ``(B, C, h, w)``, from fine to coarse. Where a level's sides are no multiples of the
            coarsest's, nothing is cropped.
        masks: ``(B, 1, h, w)`` at the finest level's size; above 0 is a defect.
        weights: Of the same size.
        share: Share of the height and of the width that is left, in (0, 1].
        generator: A CPU generator.
    """
    coarse = features[-1].shape[-2:]
    sides = [max(1, round(side * share)) for side in coarse]
    uneven = any(
        side % whole for level in features for side, whole in zip(level.shape[-2:], coarse, strict=True)
    )
    if uneven or sides == list(coarse):
        return list(features), masks, weights
    corners = _corners(masks.cpu(), coarse, sides, generator)
    cropped = [_cropped(level, corners, sides, coarse) for level in (*features, masks, weights)]
    return cropped[:-2], cropped[-2], cropped[-1]


def mirror_alike(tensors: Sequence[Tensor], generator: Generator) -> list[Tensor]:
    """Return maps flipped left to right with a chance of a half, and top to bottom likewise, all alike.

    Args:
        tensors: ``(B, C, h, w)`` each.
        generator: A CPU generator.
    """
    chosen = torch.rand(2, generator=generator) < 0.5
    axes = [axis for axis, flipped in zip((2, 3), chosen.tolist(), strict=True) if flipped]
    return [tensor.flip(axes) if axes else tensor for tensor in tensors]


def _corners(
    masks: Tensor, coarse: Sequence[int], sides: Sequence[int], generator: Generator
) -> tuple[Tensor, Tensor]:
    """Draw the upper left cells of the crops, ``(B,)`` each."""
    count, (height, width) = len(masks), masks.shape[-2:]
    chances = masks.flatten(1).float().clone()
    anywhere = (torch.rand(count, generator=generator) < _ANYWHERE) | ~chances.any(dim=1)
    chances[anywhere] = 1.0
    cells = torch.multinomial(chances, 1, generator=generator).squeeze(1)
    middles = cells // width * coarse[0] // height, cells % width * coarse[1] // width
    corners = []
    for middle, side, crop in zip(middles, coarse, sides, strict=True):
        before = torch.randint(crop, (count,), generator=generator)
        corners.append((middle - before).clamp(min=0, max=side - crop))
    return corners[0], corners[1]


def _cropped(
    tensor: Tensor, corners: tuple[Tensor, Tensor], sides: Sequence[int], coarse: Sequence[int]
) -> Tensor:
    rows, columns = (
        (corner * (size // whole))[:, None] + torch.arange(side * (size // whole))
        for corner, size, whole, side in zip(corners, tensor.shape[-2:], coarse, sides, strict=True)
    )
    batch = torch.arange(len(tensor))[:, None, None]
    # advanced indices first: the result is (B, h, w, C), which is the channels-last layout
    return tensor[batch, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
