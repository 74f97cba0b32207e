"""The pixels of some boxes alone, so that work is done where defects are.

The boxes are covered by pieces of one shape, up to 16 x 32 pixels, and a batch of images becomes a batch of P
small ones. Whatever computes a pixel from the same pixel of other images takes them as it takes whole images;
how many there are is known on the CPU, so nothing waits for the device.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.rows import Rows

__all__ = ["Pieces", "every_part"]

_LARGEST = (16, 32)
_SMALLEST = (4, 8)  # smaller ones would cost more by their number than they save in pixels


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
    """

    rows: Rows
    top: Tensor
    left: Tensor
    shape: Size
    size: Size
    inside: Tensor | None = None

    @classmethod
    def covering(cls, boxes: Tensor, size: Size, device: torch.device) -> Pieces:
        """Return pieces for ``boxes``, int64 ``(B, 4)`` on the CPU: top, left, height and width."""
        sides = [int(boxes[:, axis].min()) if len(boxes) else 0 for axis in (2, 3)]
        high, wide = (
            min(max(side, least), most, limit)
            for side, least, most, limit in zip(sides, _SMALLEST, _LARGEST, size, strict=True)
        )
        image, top, left = _dealt(boxes, (high, wide), size)
        pieces = cls.at(image, top, left, (high, wide), size, device)
        if sides[0] >= high and sides[1] >= wide:
            return pieces
        edges = Parameters({"box": boxes[image]}).to(device)["box"]
        down = _between(pieces.lines, edges[:, 0], edges[:, 2])
        across = _between(pieces.columns, edges[:, 1], edges[:, 3])
        return replace(pieces, inside=(down[:, :, None] & across[:, None, :])[:, None])

    @classmethod
    def at(
        cls, image: Tensor, top: Tensor, left: Tensor, shape: Size, size: Size, device: torch.device
    ) -> Pieces:
        """Return the pieces whose image, first row and first column are ``(P,)`` int64 on the CPU."""
        table = Parameters({"image": image, "top": top, "left": left}).to(device)
        return cls(Rows(table.host["image"], table["image"]), table["top"], table["left"], shape, size)

    @property
    def lines(self) -> Tensor:
        """The rows of each piece in its image, ``(P, k)``."""
        return self.top[:, None] + torch.arange(self.shape[0], device=self.top.device)

    @property
    def columns(self) -> Tensor:
        """The columns of each piece in its image, ``(P, n)``."""
        return self.left[:, None] + torch.arange(self.shape[1], device=self.left.device)

    def cut(self, images: Tensor) -> Tensor:
        """Return the pieces ``(P, C, k, n)`` of ``(B, C, H, W)``."""
        if images.device.type == "cpu":
            return every_part(images.contiguous(), self.shape).index_select(0, self._first(images.shape[1]))
        return images.permute(0, 2, 3, 1)[self._pixels()].permute(0, 3, 1, 2)

    def put(self, images: Tensor, values: Tensor) -> None:
        """Write ``values``, ``(P, C, k, n)``, into contiguous ``(B, C, H, W)``, inside the boxes."""
        if self.inside is not None:
            values = torch.where(self.inside, values, self.cut(images))
        values = values.to(images.dtype)
        if images.device.type == "cpu":
            every_part(images, self.shape).index_copy_(0, self._first(images.shape[1]), values)
        else:
            images.permute(0, 2, 3, 1)[self._pixels()] = values.permute(0, 2, 3, 1)

    def _first(self, channels: int) -> Tensor:
        """Return ``(P,)``: the place in memory of each piece's first pixel."""
        height, width = self.size
        return self.rows.device * (channels * height * width) + self.top * width + self.left

    def _pixels(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.rows.device[:, None, None], self.lines[:, :, None], self.columns[:, None, :]


def every_part(images: Tensor, shape: Size) -> Tensor:
    """Return the part of one shape at each place in memory.

    Args:
        images: Contiguous ``(B, C, H, W)``.
        shape: Height k and width n.

    Returns:
        ``(N, C, k, n)``, a view: parts that begin too near to an edge go on in the next line.
    """
    _, channels, height, width = images.shape
    last = ((channels - 1) * height + shape[0] - 1) * width + shape[1] - 1
    return images.as_strided((images.numel() - last, channels, *shape), (1, height * width, width, 1))


def _dealt(boxes: Tensor, shape: Size, size: Size) -> tuple[Tensor, Tensor, Tensor]:
    """Return the image, first row and first column of each piece; the last ones end where the box does."""
    steps = torch.tensor(shape)
    down, across = (-(-boxes[:, 2:] // steps)).unbind(1)
    counts = down * across
    image = torch.arange(len(boxes)).repeat_interleave(counts)
    number = torch.arange(len(image)) - (counts.cumsum(0) - counts)[image]
    row = number // across[image]
    place = torch.stack((row, number - row * across[image]), dim=1) * steps
    box = boxes[image]
    first = box[:, :2] + torch.minimum(place, (box[:, 2:] - steps).clamp_(min=0))
    top, left = torch.minimum(first, torch.tensor(size) - steps).unbind(1)
    return image, top, left


def _between(places: Tensor, start: Tensor, length: Tensor) -> Tensor:
    return (places >= start[:, None]) & (places < (start + length)[:, None])
