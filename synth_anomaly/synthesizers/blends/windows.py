"""Parts of images, one around each mask, so that work is done where masks are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from synth_anomaly.host import is_at_hand
from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.rows import Rows

__all__ = ["Windows", "windows_around"]

_LEAST = 32
_STEP = 64
_SQUARE_STEP = 32


@dataclass(frozen=True)
class Windows:
    """One window of a common size in each of some images of a batch.

    Each holds its mask's box and the pixels around it, so that where a mask touches the side of its
    window, there is the image's edge.

    Attributes:
        rows: ``(n,)`` int64, the images' places in their batch.
        boxes: ``(n, 4)`` int64: top, left, height and width of the boxes, within their windows.
        corner: ``(n, 2)`` int64, the first row and column of each window.
        size: Height and width of the windows.
        image: Height and width of the images.
    """

    rows: Tensor
    boxes: Tensor
    corner: Tensor
    size: Size
    image: Size
    _known: dict[int, Tensor] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def around(cls, rows: Tensor, boxes: Tensor, side: Size, image: Size) -> Windows:
        """Return windows of ``side``, or less where the images are smaller."""
        size = (min(side[0], image[0]), min(side[1], image[1]))
        corner = torch.stack(
            [(boxes[:, axis] - 1).clamp(0, image[axis] - size[axis]) for axis in (0, 1)], dim=1
        )
        inner = torch.cat((boxes[:, :2] - corner, boxes[:, 2:]), dim=1)
        return cls(rows, inner, corner, size, image)

    def cut(self, images: Tensor) -> Tensor:
        """Return float32 ``(n, C, *size)`` of a contiguous batch."""
        return self._lines(images)[self._starts(images.shape[1])].float()

    def put(self, images: Tensor, values: Tensor) -> None:
        """Write ``values``, ``(n, C, *size)``, into a contiguous batch."""
        starts, values = self._starts(images.shape[1]), values.to(images.dtype)
        if is_at_hand(images):
            self._lines(images)[starts] = values
        else:  # where lines may be written through a copy of them all, which overlap
            across = torch.arange(self.size[1], device=images.device)
            images.view(-1)[starts[..., None] + across] = values

    def _lines(self, images: Tensor) -> Tensor:
        """Return a view: the line of the windows' width that starts at each pixel of the batch.

        Lines are copied whole, several times faster than one pixel after the other.
        """
        return images.view(-1).unfold(0, self.size[1], 1)

    def at_edge(self) -> Tensor:
        """Return ``(n, 2, 2)`` bool: whether a box ends with the image, by axis, before and behind."""
        first = self.boxes[:, :2] + self.corner
        behind = first + self.boxes[:, 2:]
        last = torch.stack([behind[:, axis] == self.image[axis] for axis in (0, 1)], dim=1)
        return torch.stack((first == 0, last), dim=2)

    def _starts(self, channels: int) -> Tensor:
        """Return ``(n, C, h)``, where the windows' lines start; computed once."""
        if channels not in self._known:
            self._known[channels] = self._starts_of(channels)
        return self._known[channels]

    def _starts_of(self, channels: int) -> Tensor:
        device = self.rows.device
        planes = self.rows[:, None] * channels + torch.arange(channels, device=device)
        down = self.corner[:, :1] + torch.arange(self.size[0], device=device)
        start = planes[:, :, None] * self.image[0] + down[:, None]
        return start * self.image[1] + self.corner[:, 1, None, None]


def windows_around(
    shape: Parameters, image: Size, device: torch.device, *, square: bool
) -> Iterator[Windows]:
    """Yield windows around the boxes of a batch, in groups of similar sizes.

    Sides are 32 and multiples of 64, so that a few groups serve a batch. A sample's group depends on
    nothing but its own box.

    Args:
        shape: Has the ``box`` of each mask, ``(B, 4)``.
        image: Height and width of the images.
        device: Where the images are.
        square: Whether all windows are squares, of multiples of 32, which makes fewer groups.
    """
    lengths = shape.host["box"][:, 2:] + 2
    if square:
        lengths = lengths.amax(dim=1, keepdim=True).expand(-1, 2)
    sides = _up(lengths, _SQUARE_STEP if square else _STEP)
    for height, width in sorted({(height, width) for height, width in sides.tolist()}):
        rows = Rows.where((sides[:, 0] == height) & (sides[:, 1] == width), device)
        yield Windows.around(rows.device, rows.of(shape["box"]), (height, width), image)


def _up(lengths: Tensor, step: int) -> Tensor:
    return torch.where(lengths <= _LEAST, _LEAST, -(-lengths // step) * step)
