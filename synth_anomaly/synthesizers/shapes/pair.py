"""Two shapes joined in one mask."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Shape, Size
from synth_anomaly.objects import check_piece
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.rows import Rows
from synth_anomaly.synthesizers.shapes.boxes import hull
from synth_anomaly.synthesizers.shapes.guided import MadeOfShapes, masks_of

__all__ = ["Pair"]

_JOINS = (torch.maximum, torch.minimum)


@dataclass(frozen=True)
class Pair(MadeOfShapes):
    """The union of two masks, their intersection, or the first alone: one of the three with equal chance.

    Args:
        first: The mask that is always drawn.
        second: The mask that may join it.

    Source: GLASS (arXiv 2407.09359), the masks of its local anomaly synthesis, both of Perlin noise.
    """

    first: Shape
    second: Shape

    def __post_init__(self) -> None:
        check_piece(self, "first", self.first, "shape")
        check_piece(self, "second", self.second, "shape")

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``join``, ``(count,)`` int64, and both shapes, under ``first`` and ``second``.

        ``join`` is 0 for the union, 1 for the intersection and 2 for the first alone. ``box``,
        ``(count, 4)`` int64, holds what is joined.
        """
        join = below(torch.full((count,), len(_JOINS) + 1), generator)
        parts = Parameters.nest(
            first=self.first.draw(count, size, generator), second=self.second.draw(count, size, generator)
        ).host
        both = hull(parts["first/box"], parts["second/box"])
        box = torch.where((join == 0)[:, None], both, parts["first/box"])
        return Parameters({"box": box, "join": join} | parts)

    def _masks(self, parameters: Parameters, size: Size, guide: Tensor | None) -> Tensor:
        masks = masks_of(self.first, parameters.scope("first"), size, guide)
        for number, join in enumerate(_JOINS):
            rows = Rows.where(parameters.host["join"] == number, masks.device)
            if not len(rows):
                continue
            part = rows.parameters(parameters.scope("second"))
            other = masks_of(self.second, part, size, None if guide is None else rows.of(guide))
            masks = masks.index_copy(0, rows.device, join(rows.of(masks), other))
        return masks
