"""NSA's content where it is shown alone: parts of donors at another size, never whole images."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.interfaces import Fill, Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.windows import Windows
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.donor import Donor
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.resized import Resized

__all__ = ["is_resized_donor", "numbers_of", "places_read", "read_part", "read_pixels", "values_at"]


def is_resized_donor(fill: Fill) -> bool:
    """Whether a fill is a donor, resized but not turned, and moved."""
    if not isinstance(fill, Successive) or len(fill.fills) != 3:
        return False
    donor, resized, moved = fill.fills
    is_upright = isinstance(resized, Resized) and tuple(resized.angle) == (0, 0)
    return is_upright and isinstance(donor, Donor) and isinstance(moved, Elsewhere)


def places_read(pixels: Tensor, drawn: Parameters, size: Size) -> Tensor:
    """Return where the content of pixels is read, in the donors' pixels.

    Args:
        pixels: ``(n, 2, k)`` int64, rows and columns.
        drawn: What the fill of :func:`is_resized_donor` drew.
        size: Height and width of the images.

    Returns:
        ``(n, 2, k)`` float32, rows and columns.
    """
    limits = torch.stack([torch.full((1,), length, device=pixels.device) for length in size])
    side = torch.where(drawn["1/mirrored"], -1.0, 1.0)
    scale = drawn["1/scale"][:, None] * torch.stack((torch.ones_like(side), side), dim=1)
    centre = drawn["1/centre"][:, :, None]
    moved = (pixels + drawn["2/shift"][:, :, None]) % limits + 0.5
    place = (moved - centre) / scale[:, :, None] + centre
    # reflected at the image's edges, as often as need be
    turns = (place / limits).floor()
    rest = place - turns * limits
    place = torch.where(turns % 2 == 0, rest, limits - rest) - 0.5
    return torch.minimum(place.clamp_(min=0), limits - 1)


def read_part(donors: Tensor, chosen: Tensor, rows: Tensor, columns: Tensor, most: Size) -> Tensor:
    """Return what is read of rectangles, bilinearly, ``(n, C, h, w)``.

    Args:
        donors: ``(D, C, H, W)`` float32, contiguous.
        chosen: ``(n,)`` int64, the donors.
        rows: ``(n, h)`` float32, the places of the rows, in pixels.
        columns: ``(n, w)`` float32, those of the columns.
        most: How many rows and columns apart the places of one rectangle are, at most.
    """
    image = (donors.shape[2], donors.shape[3])
    part = (min(image[0], most[0] + 2), min(image[1], most[1] + 2))
    corner = torch.stack(
        [
            places.amin(dim=1).long().clamp_(max=image[axis] - part[axis])
            for axis, places in enumerate((rows, columns))
        ],
        dim=1,
    )
    around = Windows(chosen, corner, corner, part, image)
    grid = torch.empty(*rows.shape, columns.shape[1], 2, device=rows.device)
    grid[..., 0] = _spanning(columns - corner[:, 1:], part[1])[:, None]
    grid[..., 1] = _spanning(rows - corner[:, :1], part[0])[:, :, None]
    return F.grid_sample(around.cut(donors), grid, padding_mode="border", align_corners=False)


def read_pixels(donors: Tensor, chosen: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return what is read of single pixels, bilinearly, ``(n, C, ...)``.

    Args:
        donors: ``(D, C, H, W)`` float32, contiguous.
        chosen: ``(n,)`` int64, the donors.
        rows: ``(n, ...)`` float32, the places in pixels.
        columns: The same.
    """
    height, width = donors.shape[2:]
    top, left = rows.long(), columns.long()
    bottom, right = (top + 1).clamp_(max=height - 1), (left + 1).clamp_(max=width - 1)
    beside, below = (columns - left)[:, None], (rows - top)[:, None]
    upper, lower = (
        torch.lerp(pixels_at(donors, chosen, line, left), pixels_at(donors, chosen, line, right), beside)
        for line in (top, bottom)
    )
    return torch.lerp(upper, lower, below)


def pixels_at(images: Tensor, chosen: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return single pixels of a contiguous batch, ``(n, C, ...)``.

    Args:
        images: ``(B, C, H, W)``.
        chosen: ``(n,)`` int64, the images.
        rows: ``(n, ...)`` int64.
        columns: The same.
    """
    return values_at(images, numbers_of(images, chosen, rows, columns))


def numbers_of(images: Tensor, chosen: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return where :func:`pixels_at` finds single pixels, ``(n, C, ...)``, among all values of a batch."""
    channels, height, width = images.shape[1:]
    each = [1] * (rows.ndim - 1)
    first = (rows + (chosen * (channels * height)).view(-1, *each)) * width + columns
    planes = (torch.arange(channels, device=images.device) * (height * width)).view(-1, *each)
    return first[:, None] + planes


def values_at(images: Tensor, numbers: Tensor) -> Tensor:
    """Return the values of a contiguous batch that have these numbers, int64 of any shape."""
    return images.view(-1).index_select(0, numbers.reshape(-1)).view(numbers.shape)


def _spanning(places: Tensor, length: int) -> Tensor:
    """Return places, in pixels, in an image of so many that spans -1 to 1."""
    return (2 * places + 1) / length - 1
