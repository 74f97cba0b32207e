"""A few of several fills, in random order."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Fill, Size
from synth_anomaly.objects import checked_pieces
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.pieces import Pieces
from synth_anomaly.synthesizers.rows import Rows
from synth_anomaly.synthesizers.views import Described, View, view_of

__all__ = ["SomeOf"]


@dataclass(frozen=True)
class SomeOf:
    """Applies to each sample a few different ones of several fills, each to what the one before it left.

    Which, and in what order, is drawn with equal chance; each is computed for the samples that drew it.

    Args:
        fills: What to draw from.
        count: How many a sample gets, from 1 to all of them.
    """

    fills: tuple[Fill, ...]
    count: int = 3

    def __post_init__(self) -> None:
        object.__setattr__(self, "fills", checked_pieces(self, "fills", self.fills, "fill"))
        if not 1 <= self.count <= len(self.fills):
            raise ValueError(f"count must be from 1 to {len(self.fills)} fills, got {self.count!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw ``order``, ``(count, n)`` int64, and the parameters of each fill under its number."""
        order = torch.rand(len(boxes), len(self.fills), generator=generator).argsort(dim=1)[:, : self.count]
        parts = [fill.draw(boxes, size, generator, donors=donors) for fill in self.fills]
        nested = Parameters.nest(**{str(number): part for number, part in enumerate(parts)})
        return Parameters({"order": order} | nested.host)

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:
        """Return what each sample's last fill leaves."""
        for numbers in parameters.host["order"].unbind(1):
            content = self._applied(content, numbers, parameters, donors)
        return content

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> Chosen | None:
        """Return the content described; None where a sample gets several fills, or one cannot describe it."""
        if self.count > 1:
            return None
        parts = []
        for number, fill in enumerate(self.fills):
            part = view_of(fill, before, parameters.scope(str(number)), donors)
            if part is None or (isinstance(part, View) and part.is_about_boxes):
                return None
            parts.append(part)
        return Chosen(before, tuple(parts), parameters.host["order"][:, 0])

    def _applied(
        self, content: Tensor, numbers: Tensor, parameters: Parameters, donors: Tensor | None
    ) -> Tensor:
        made = torch.empty_like(content)
        for number, fill in enumerate(self.fills):
            rows = Rows.where(numbers == number, content.device)
            if len(rows):
                own = rows.parameters(parameters.scope(str(number)))
                made.index_copy_(0, rows.device, fill.content(rows.of(content), own, donors=donors))
        return made


@dataclass(frozen=True)
class Chosen:
    """Content of which each sample shows one of several descriptions.

    Attributes:
        before: What they were made of.
        parts: The descriptions.
        choice: ``(B,)`` int64 on the CPU, the number of each sample's.
    """

    before: View
    parts: tuple[Described, ...]
    choice: Tensor

    def at(self, pieces: Pieces) -> Tensor:
        """Return the pixels of the pieces, ``(P, C, k, n)``; float32 where the source is uint8."""
        source = self.before.source
        kind = source.dtype if source.is_floating_point() else torch.float32
        shape = (len(pieces.top), source.shape[1], *pieces.shape)
        made = torch.empty(shape, dtype=kind, device=source.device)
        for number, part in enumerate(self.parts):
            places, own = pieces.among(self.choice == number)
            if len(places):
                made.index_copy_(0, places.device, part.at(own).to(kind))
        return made
