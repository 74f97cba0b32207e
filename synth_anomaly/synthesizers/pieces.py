"""The pixels of some boxes alone, so that work is done where defects are.

The boxes are covered by pieces of one shape, up to 16 x 32 pixels, and a batch of images becomes a batch of P
small ones. Whatever computes a pixel from the same pixel of other images takes them as it takes whole images;
how many there are is known on the CPU, so nothing waits for the device.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.host import is_at_hand
from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.rows import Rows

__all__ = ["Pieces", "part_at"]

_LARGEST = (16, 32)
_SMALLEST = (4, 8)  # smaller ones would cost more by their number than they save in pixels
_OF_MASKS = (8, 16)


@dataclass(frozen=True)
class Pieces:
    """Small images that cover the boxes of a batch.

    The pieces of a box may overlap: a pixel is then computed and written more than once, each time the same.

    Attributes:
        rows: The image of each piece, out of B.
        top: ``(P,)`` int64, its first row.
        left: ``(P,)`` int64, its first column.
        shape: Height k and width n of every piece.
        size: Height and width of the images.
        inside: ``(P, 1, k, n)`` bool, which pixels lie in the box; None where all do.
        own: ``(P, 4)`` int64, the part of its box that is counted here and in no other piece; None where the
            pieces do not cover boxes.
    """

    rows: Rows
    top: Tensor
    left: Tensor
    shape: Size
    size: Size
    inside: Tensor | None = None
    own: Tensor | None = None

    @classmethod
    def covering(cls, boxes: Tensor, size: Size, device: torch.device) -> Pieces:
        """Return pieces for ``boxes``, int64 ``(B, 4)`` on the CPU: top, left, height and width."""
        sides = boxes[:, 2:].amin(dim=0).tolist()
        high, wide = (
            min(max(side, least), most, limit)
            for side, least, most, limit in zip(sides, _SMALLEST, _LARGEST, size, strict=True)
        )
        image, first, own = _dealt(boxes, (high, wide), size)
        table = Parameters({"image": image, "first": first, "own": own, "box": boxes[image]}).to(device)
        rows, (top, left) = Rows(table.host["image"], table["image"]), table["first"].unbind(1)
        pieces = cls(rows, top, left, (high, wide), size, own=table["own"])
        if sides[0] >= high and sides[1] >= wide:
            return pieces
        down, across = pieces._within(table["box"])
        return replace(pieces, inside=(down[:, :, None] & across[:, None])[:, None])

    @classmethod
    def touching(cls, masks: Tensor) -> Pieces:
        """Return the pieces of a grid where a mask, ``(B, 1, H, W)``, is above 0, for which it waits."""
        size = (masks.shape[2], masks.shape[3])
        high, wide = (min(most, limit) for most, limit in zip(_OF_MASKS, size, strict=True))
        down, across = (-(-limit // step) for limit, step in zip(size, (high, wide), strict=True))
        missing = down * high - size[0], across * wide - size[1]
        padded = F.pad(masks, (0, missing[1], 0, missing[0])) if any(missing) else masks
        highest = padded.reshape(-1, down, high, across * wide).amax(2).view(-1, down, across, wide).amax(3)
        image, row, column = (highest > 0).nonzero().unbind(1)
        top, left = (row * high).clamp_(max=size[0] - high), (column * wide).clamp_(max=size[1] - wide)
        return cls(Rows(image.cpu(), image), top, left, (high, wide), size)

    @property
    def pixels(self) -> int:
        """How many pixels all pieces hold."""
        return len(self.top) * self.shape[0] * self.shape[1]

    @property
    def lines(self) -> Tensor:
        """The rows of each piece in its image, ``(P, k)``."""
        return self.top[:, None] + torch.arange(self.shape[0], device=self.top.device)

    @property
    def columns(self) -> Tensor:
        """The columns of each piece in its image, ``(P, n)``."""
        return self.left[:, None] + torch.arange(self.shape[1], device=self.left.device)

    def among(self, chosen: Tensor) -> tuple[Rows, Pieces]:
        """Return where the pieces of some images are among these, and those alone.

        Args:
            chosen: Bool ``(B,)`` on the CPU, which images.
        """
        places = Rows.where(chosen[self.rows.host], self.top.device)
        inside, own = (None if part is None else places.of(part) for part in (self.inside, self.own))
        rows = Rows(self.rows.host[places.host], places.of(self.rows.device))
        top, left = places.of(self.top), places.of(self.left)
        return places, replace(self, rows=rows, top=top, left=left, inside=inside, own=own)

    def cut(self, images: Tensor) -> Tensor:
        """Return the pieces ``(P, C, k, n)`` of ``(B, C, H, W)``."""
        if is_at_hand(images):
            return part_at(images.contiguous(), self._first(images.shape[1]), self.shape)
        return images.permute(0, 2, 3, 1)[self._pixels()].permute(0, 3, 1, 2).contiguous()

    def put(self, images: Tensor, values: Tensor) -> None:
        """Write ``values``, ``(P, C, k, n)``, into contiguous ``(B, C, H, W)``, inside the boxes."""
        if self.inside is not None:
            values = torch.where(self.inside, values, self.cut(images))
        values = values.to(images.dtype)
        if is_at_hand(images):
            _every_part(images, self.shape).index_copy_(0, self._first(images.shape[1]), values)
        else:
            images.permute(0, 2, 3, 1)[self._pixels()] = values.permute(0, 2, 3, 1)

    def fill(self, masks: Tensor) -> None:
        """Write 1 into contiguous ``(B, 1, H, W)``, inside the boxes."""
        if self.inside is None and is_at_hand(masks):
            _every_part(masks, self.shape).index_fill_(0, self._first(1), 1.0)
        else:
            self.put(masks, masks.new_ones(()).expand(len(self.top), 1, *self.shape))

    def means(self, values: Tensor, count: int) -> Tensor:
        """Return the means in the boxes of float32 ``values``, ``(P, C, k, n)``, as ``(count, C)``.

        Raises:
            ValueError: If these pieces do not cover boxes.
        """
        if self.own is None:
            raise ValueError("pieces must cover boxes to know their means, got those that touch masks")
        down, across = self._within(self.own)
        weights = down.float()[:, :, None] * across.float()[:, None]
        sums = weights.flatten(1)[:, None] @ values.flatten(2).transpose(1, 2)
        pixels = self.own[:, 2:].prod(dim=1, dtype=torch.float32)[:, None]
        total = values.new_zeros(count, values.shape[1] + 1)
        total.index_add_(0, self.rows.device, torch.cat((sums.squeeze(1), pixels), dim=1))
        return total[:, :-1] / total[:, -1:].clamp(min=1)

    def _within(self, boxes: Tensor) -> tuple[Tensor, Tensor]:
        """Return which rows ``(P, k)`` and columns ``(P, n)`` lie in the boxes ``(P, 4)`` of the pieces."""
        top, left, height, width = boxes[:, :, None].unbind(1)
        down, across = self.lines - top, self.columns - left
        return (down >= 0) & (down < height), (across >= 0) & (across < width)

    def _first(self, channels: int) -> Tensor:
        """Return ``(P,)``: the place in memory of each piece's first pixel."""
        height, width = self.size
        return self.rows.device * (channels * height * width) + self.top * width + self.left

    def _pixels(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.rows.device[:, None, None], self.lines[:, :, None], self.columns[:, None, :]


def part_at(images: Tensor, first: Tensor, shape: Size) -> Tensor:
    """Return parts of one shape, ``(P, C, k, n)``, each copied whole.

    Args:
        images: Contiguous ``(B, C, H, W)``.
        first: ``(P,)`` int64, the place in memory of each part's first pixel.
        shape: Height k and width n.
    """
    return _every_part(images, shape).index_select(0, first)


def _every_part(images: Tensor, shape: Size) -> Tensor:
    """Return the part of one shape at each place in memory, ``(N, C, k, n)``, a view.

    Parts that begin too near to an edge go on in the next line.
    """
    _, channels, height, width = images.shape
    last = ((channels - 1) * height + shape[0] - 1) * width + shape[1] - 1
    return images.as_strided((images.numel() - last, channels, *shape), (1, height * width, width, 1))


def _dealt(boxes: Tensor, shape: Size, size: Size) -> tuple[Tensor, Tensor, Tensor]:
    """Return for each piece its image ``(P,)``, its first row and column ``(P, 2)``, and its own part.

    The last pieces of a box end where it does, so that they hold pixels of the ones before.
    """
    # numpy, as a dozen small steps take torch four times as long
    steps, table = np.array(shape), boxes.numpy()
    down, across = (-(-table[:, 2:] // steps)).T
    counts = down * across
    image = np.repeat(np.arange(len(table)), counts)
    row, column = np.divmod(np.arange(len(image)) - (counts.cumsum() - counts)[image], across[image])
    place = np.stack((row, column), axis=1) * steps
    corner, sides = table[image, :2], table[image, 2:]
    own = np.concatenate((corner + place, np.minimum(sides - place, steps)), axis=1)
    first = corner + np.minimum(place, np.maximum(sides - steps, 0))
    first = np.minimum(first, np.array(size) - steps)
    return torch.from_numpy(image), torch.from_numpy(first), torch.from_numpy(own)
