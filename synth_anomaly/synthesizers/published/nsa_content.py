"""NSA's content where it is shown alone: parts of donors at another size, never whole images."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.interfaces import Fill
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.blends.windows import Windows
from synth_anomaly.synthesizers.fills.combine import Successive
from synth_anomaly.synthesizers.fills.donor import Donor
from synth_anomaly.synthesizers.fills.elsewhere import Elsewhere
from synth_anomaly.synthesizers.fills.resized import Resized

__all__ = ["DonorPlaces", "pixels_at", "resized_of"]


def resized_of(fill: Fill) -> Resized | None:
    """Return the middle of a fill that is a donor, resized and moved; None where it is another, or turned."""
    if not isinstance(fill, Successive) or len(fill.fills) != 3:
        return None
    donor, resized, moved = fill.fills
    is_chain = isinstance(donor, Donor) and isinstance(resized, Resized) and isinstance(moved, Elsewhere)
    return resized if is_chain and resized.angle == (0, 0) else None


@dataclass(frozen=True)
class DonorPlaces:
    """Where the content of pixels is read: rows and columns each for themselves.

    Attributes:
        donors: ``(D, C, H, W)`` float32, contiguous.
        chosen: ``(n,)`` int64, the donor of each patch.
        scale: ``(n, 2)``, how much larger the content is, down and across; below 0 where it is mirrored.
        centre: ``(n, 2)``, the point that stays in its place when the content is resized.
        shift: ``(n, 2)`` int64, from the patch to what is shown there, before that is resized.
        least: The least that a scale may be.
    """

    donors: Tensor
    chosen: Tensor
    scale: Tensor
    centre: Tensor
    shift: Tensor
    least: float

    @classmethod
    def of(cls, donors: Tensor, drawn: Parameters, least: float) -> DonorPlaces:
        """Return the places of what :func:`resized_of` said yes to, and drew ``drawn``."""
        side = torch.where(drawn["1/mirrored"], -1.0, 1.0)
        scale = drawn["1/scale"][:, None] * torch.stack((torch.ones_like(side), side), dim=1)
        chosen, shift = drawn["0/donor"], drawn["2/shift"]
        return cls(donors.contiguous(), chosen, scale, drawn["1/centre"], shift, least)

    def read(self, axis: int, pixels: Tensor) -> Tensor:
        """Return where pixels are read along an axis, in pixels; both ``(n, k)``."""
        length = self.donors.shape[2 + axis]
        moved = (pixels + self.shift[:, axis, None]) % length + 0.5
        centre = self.centre[:, axis, None]
        place = (moved - centre) / self.scale[:, axis, None] + centre
        # reflected at the image's edges, as often as need be
        turns = (place / length).floor()
        rest = place - turns * length
        place = torch.where(turns % 2 == 0, rest, length - rest)
        return (place - 0.5).clamp_(0, length - 1)

    def patches(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Return ``(n, C, h, w)``, the content of the pixels in ``rows`` ``(n, h)`` and ``columns`` ``(n, w)``.

        Rows and columns must be those of a rectangle inside the image, perhaps some of them twice.
        """
        down, across = self.read(0, rows), self.read(1, columns)
        height, width = self.donors.shape[2:]
        part = tuple(
            min(length, math.ceil(places.shape[1] / self.least) + 2)
            for length, places in ((height, down), (width, across))
        )
        limits = (height - part[0], width - part[1])
        corner = torch.stack(
            [
                places.amin(dim=1).long().clamp_(max=limit)
                for limit, places in zip(limits, (down, across), strict=True)
            ],
            dim=1,
        )
        around = Windows(self.chosen, corner, corner, (part[0], part[1]), (height, width))
        grid = torch.empty(*down.shape, across.shape[1], 2, device=down.device)
        grid[..., 0] = _spanning(across - corner[:, 1:], part[1])[:, None]
        grid[..., 1] = _spanning(down - corner[:, :1], part[0])[:, :, None]
        return F.grid_sample(around.cut(self.donors), grid, padding_mode="border", align_corners=False)

    def pixels(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Return ``(n, C, k)``, the content of the pixels at ``rows`` and ``columns``, both ``(n, k)``."""
        down, across = self.read(0, rows)[:, None], self.read(1, columns)[:, None]
        height, width = self.donors.shape[2:]
        top, left = down.long(), across.long()
        bottom, right = (top + 1).clamp_(max=height - 1), (left + 1).clamp_(max=width - 1)
        upper, lower = (
            torch.lerp(
                pixels_at(self.donors, self.chosen, line, left),
                pixels_at(self.donors, self.chosen, line, right),
                across - left,
            )
            for line in (top, bottom)
        )
        return torch.lerp(upper, lower, down - top)


def pixels_at(images: Tensor, chosen: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return ``(n, C, k)`` out of a contiguous batch.

    Args:
        images: ``(B, C, H, W)``.
        chosen: ``(n,)`` int64, which images.
        rows: int64, broadcasts to ``(n, C, k)``.
        columns: The same.
    """
    channels, height, width = images.shape[1:]
    planes = chosen[:, None] * channels + torch.arange(channels, device=images.device)
    return images.view(-1)[planes[:, :, None] * (height * width) + (rows * width + columns)]


def _spanning(places: Tensor, length: int) -> Tensor:
    """Return places, in pixels, in an image of so many that spans -1 to 1."""
    return (2 * places + 1) / length - 1
