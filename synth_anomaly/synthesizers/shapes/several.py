"""Several regions in one mask."""

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

__all__ = ["Several"]


@dataclass(frozen=True)
class Several(MadeOfShapes):
    """Joins a random number of draws of one shape, by their maximum.

    Args:
        shape: What is drawn.
        count: Fewest and most draws, at least 1; each number with equal chance.
    """

    shape: Shape
    count: tuple[int, int] = (1, 4)

    def __post_init__(self) -> None:
        check_piece(self, "shape", self.shape)
        if not 1 <= self.count[0] <= self.count[1]:
            raise ValueError(f"count must be two numbers, 1 <= low <= high, got {self.count!r}")

    def draw(self, count: int, size: Size, generator: Generator) -> Parameters:
        """Draw ``draws``, ``(count,)`` int64, and the most draws of the shape under their numbers.

        ``box``, ``(count, 4)`` int64, holds the boxes of those that are used.
        """
        low, high = self.count
        draws = low + below(torch.full((count,), high - low + 1), generator)
        parts = {str(number): self.shape.draw(count, size, generator) for number in range(high)}
        box = parts["0"].host["box"]
        for number in range(1, high):
            wider = hull(box, parts[str(number)].host["box"])
            box = torch.where((draws > number)[:, None], wider, box)
        return Parameters({"box": box, "draws": draws} | Parameters.nest(**parts).host)

    def _masks(self, parameters: Parameters, size: Size, guide: Tensor | None) -> Tensor:
        masks = masks_of(self.shape, parameters.scope("0"), size, guide)
        for number in range(1, self.count[1]):
            rows = Rows.where(parameters.host["draws"] > number, masks.device)
            if not len(rows):
                continue
            part = rows.parameters(parameters.scope(str(number)))
            more = masks_of(self.shape, part, size, None if guide is None else rows.of(guide))
            masks = masks.index_copy(0, rows.device, torch.maximum(rows.of(masks), more))
        return masks
