"""The pixels of some boxes alone, so that work is done where defects are.

The lines of all boxes are cut into pieces of 32 pixels, and a batch of images becomes a batch of P images
of one such piece each. Whatever computes a pixel from the same pixel of other images takes them as it takes
whole images; how many there are is known on the CPU, so nothing waits for the device.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.rows import Rows

__all__ = ["Pieces", "pick"]

_LENGTH = 32


@dataclass(frozen=True)
class Pieces:
    """Which pixels of a batch lie in its boxes.

    A piece at the end of a line may hold fewer pixels: the last one is then repeated, and written as often.

    Attributes:
        rows: The image of each piece, out of B.
        line: ``(P,)`` int64, its line among the B * H lines of the batch.
        column: ``(P, 32)`` int64, the columns of its pixels among the B * W columns of the batch.
        size: Height and width of the images.
    """

    rows: Rows
    line: Tensor
    column: Tensor
    size: Size

    @classmethod
    def inside(cls, boxes: Tensor, size: Size, device: torch.device) -> Pieces:
        """Return the pieces of ``boxes``, int64 ``(B, 4)`` on the CPU: top, left, height and width."""
        table = Parameters(_table(boxes, size)).to(device)
        rows = Rows(table.host["image"], table["image"])
        across = table["first"][:, None] + torch.arange(_LENGTH, device=device)
        return cls(rows, table["line"], torch.minimum(across, table["last"][:, None]), size)

    def cut(self, images: Tensor) -> Tensor:
        """Return the pieces ``(P, C, 1, 32)`` of ``(B, C, H, W)``."""
        return pick(images, self._places(images.shape[1]))

    def put(self, images: Tensor, values: Tensor) -> None:
        """Write ``values``, ``(P, C, 1, 32)``, into contiguous ``(B, C, H, W)``."""
        places = self._places(images.shape[1]).view(-1)
        flat, plane = images.view(-1), images.shape[2] * images.shape[3]
        for number, channel in enumerate(values.to(images.dtype).unbind(1)):
            flat[number * plane :].index_copy_(0, places, channel.reshape(-1))

    def fill(self, masks: Tensor, value: float) -> None:
        """Write one value into contiguous ``(B, 1, H, W)``."""
        masks.view(-1).index_fill_(0, self._places(1).view(-1), value)

    def _places(self, channels: int) -> Tensor:
        """Return ``(P, 32)``: the place of each pixel's first channel in a batch of ``channels``."""
        height, width = self.size
        # lines and columns of the images before count H * W and W, where all their channels are meant
        beyond = (channels - 1) * height * width - width
        return self.column + (self.line * width + self.rows.device * beyond)[:, None]


def pick(images: Tensor, places: Tensor) -> Tensor:
    """Return ``(P, C, 1, n)`` out of ``(B, C, H, W)``, by the places ``(P, n)`` of the first channel."""
    flat, plane = images.reshape(-1), images.shape[2] * images.shape[3]
    channels = [
        flat[number * plane :].index_select(0, places.view(-1)).view_as(places)
        for number in range(images.shape[1])
    ]
    # each channel in one block, which is how the next operations take them fastest
    return torch.stack(channels).transpose(0, 1)[:, :, None]


def _table(boxes: Tensor, size: Size) -> dict[str, Tensor]:
    """Return for each piece its image and line, and the columns of its first pixel and of the box's last."""
    corner = boxes[:, :2] + torch.arange(len(boxes))[:, None] * torch.tensor(size)
    image, down = _dealt(boxes[:, 2])
    of_line, part = _dealt(-(-boxes[:, 3] // _LENGTH)[image])
    line, image = (corner[:, 0][image] + down)[of_line], image[of_line]
    first = corner[:, 1]
    last = first + boxes[:, 3] - 1
    return {"image": image, "line": line, "first": first[image] + part * _LENGTH, "last": last[image]}


def _dealt(counts: Tensor) -> tuple[Tensor, Tensor]:
    """Return, for ``counts[i]`` things of each i in turn, whose each is and its number among those."""
    owner = torch.arange(len(counts)).repeat_interleave(counts)
    return owner, torch.arange(len(owner)) - (counts.cumsum(0) - counts)[owner]
