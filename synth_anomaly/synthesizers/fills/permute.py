"""Halves or quarters of the content in another order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below

__all__ = ["Permute"]

_ORDERS = {
    "cutperm": ((1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0)),
    "shuffle": tuple(permutations(range(4)))[1:],
}


@dataclass(frozen=True)
class Permute:
    """Puts the 2x2 tiles of the content in another order; never the one they had.

    Tiles are ``H // 2`` by ``W // 2`` pixels and lie in the corners: the middle row or column of an odd
    size stays as it is.

    Args:
        mode: ``"cutperm"`` swaps left and right halves, top and bottom halves, or both, with equal chance;
            ``"shuffle"`` takes any of the 23 other orders.

    Source: AnoSeg, section 3.1, which leaves the permutation open; ``cutperm`` is that of CSI's code
    (arXiv 2007.08176), where the identity is one of four choices: here it is excluded.
    """

    mode: Literal["cutperm", "shuffle"] = "cutperm"

    def __post_init__(self) -> None:
        if self.mode not in _ORDERS:
            raise ValueError(f"mode must be one of {', '.join(_ORDERS)}, got {self.mode!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``order``, ``(count, 4)`` int64: the tiles shown, row by row."""
        orders = torch.tensor(_ORDERS[self.mode])
        return Parameters({"order": orders[below(torch.full((len(boxes),), len(orders)), generator)]})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return the content with its tiles in the drawn order."""
        order = parameters["order"].view(-1, 2, 2)
        permuted = content.clone()
        samples = torch.arange(len(content), device=content.device)[:, None, None]
        # the tiles of all images at once; advanced indexing puts (B, 2, 2) first
        _tiles(permuted).copy_(_tiles(content)[samples, order // 2, order % 2])
        return permuted


def _tiles(images: Tensor) -> Tensor:
    """Return a view ``(B, 2, 2, C, H // 2, W // 2)`` of the four corners."""
    height, width = images.shape[2:]
    corners = images.unfold(2, height // 2, height - height // 2).unfold(3, width // 2, width - width // 2)
    return corners.permute(0, 2, 3, 1, 4, 5)
