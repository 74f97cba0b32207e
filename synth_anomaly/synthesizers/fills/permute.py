"""Halves or tiles of the content in another order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.views import View

__all__ = ["Permute"]

_ORDERS = {
    "cutperm": ((1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0)),
    "shuffle": tuple(permutations(range(4)))[1:],
}


@dataclass(frozen=True)
class Permute:
    """Puts the tiles of the content in another order; never the one they had.

    All tiles are ``H // tiles`` by ``W // tiles`` pixels, from the upper left corner on with equal gaps of as
    many whole pixels as there are to spare. Gaps, and pixels left over at the lower and right edge, stay as
    they are: with 2 tiles the middle row or column of an odd size. An image of fewer pixels than tiles along
    an axis stays as it is.

    Args:
        mode: ``"cutperm"`` swaps left and right halves, top and bottom halves, or both, with equal chance;
            ``"shuffle"`` takes any other order, of 2 by 2 tiles one of 23.
        tiles: How many tiles along each axis, at least 2; ``"cutperm"`` has 2.

    Source: AnoSeg, section 3.1, which leaves the permutation open; ``cutperm`` is that of CSI's code
    (arXiv 2007.08176), where the identity is one of four choices: here it is excluded.
    """

    mode: Literal["cutperm", "shuffle"] = "cutperm"
    tiles: int = 2

    def __post_init__(self) -> None:
        if self.mode not in _ORDERS:
            raise ValueError(f"mode must be one of {', '.join(_ORDERS)}, got {self.mode!r}")
        if self.tiles < 2 or (self.mode == "cutperm" and self.tiles != 2):
            raise ValueError(f"tiles must be at least 2, and 2 for 'cutperm', got {self.tiles!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``order``, ``(count, tiles * tiles)`` int64: the tiles shown, row by row."""
        if self.tiles > 2:
            return Parameters({"order": _shuffled(len(boxes), self.tiles**2, generator)})
        orders = torch.tensor(_ORDERS[self.mode])
        return Parameters({"order": orders[below(torch.full((len(boxes),), len(orders)), generator)]})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the content with its tiles in the drawn order."""
        if min(content.shape[2:]) < self.tiles:
            return content
        order = parameters["order"].view(-1, self.tiles, self.tiles)
        permuted = content.clone()
        samples = torch.arange(len(content), device=content.device)[:, None, None]
        # the tiles of all images at once; advanced indexing puts (B, tiles, tiles) first
        shown = _tiles(content, self.tiles)[samples, order // self.tiles, order % self.tiles]
        _tiles(permuted, self.tiles).copy_(shown)
        return permuted

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View | None:  # noqa: ARG002
        """Return the content as a view; None where rows and columns do not move each for themselves."""
        height, width = before.source.shape[2:]
        if self.mode != "cutperm" or height % 2 or width % 2:
            return None
        first = parameters["order"][:, 0]
        shift = torch.stack((first // 2 * (height // 2), first % 2 * (width // 2)), dim=1)
        return before.shifted(shift)


def _shuffled(count: int, length: int, generator: Generator) -> Tensor:
    """Return ``(count, length)`` orders, the sorted one left out."""
    order = torch.rand(count, length, generator=generator, dtype=torch.float64).argsort(dim=1)
    # the sorted order, rarer than 1 in 300,000, is turned by one: nothing is drawn again
    is_sorted = (order.diff(dim=1) > 0).all(dim=1, keepdim=True)
    return torch.where(is_sorted, order.roll(1, dims=1), order)


def _tiles(images: Tensor, tiles: int) -> Tensor:
    """Return a view ``(B, tiles, tiles, C, H // tiles, W // tiles)``."""
    for axis in (2, 3):
        side = images.shape[axis] // tiles
        apart = (images.shape[axis] - side) // (tiles - 1)
        images = images.unfold(axis, side, apart).narrow(axis, 0, tiles)
    return images.permute(0, 2, 3, 1, 4, 5)
