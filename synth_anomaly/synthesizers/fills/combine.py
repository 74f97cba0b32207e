"""Fills made of fills: one after another, or only sometimes."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Generator, Tensor

from synth_anomaly.interfaces import Fill, Size
from synth_anomaly.objects import check_piece, checked_pieces
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import chance
from synth_anomaly.synthesizers.rows import Rows
from synth_anomaly.synthesizers.views import Described, View, view_of

__all__ = ["Sometimes", "Successive"]


@dataclass(frozen=True)
class Successive:
    """Applies several fills in order, each to what the one before it left.

    Args:
        fills: What to apply.
    """

    fills: tuple[Fill, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "fills", checked_pieces(self, "fills", self.fills, "fill"))
        if not self.fills:
            raise ValueError("fills must be at least one, got none")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the parameters of each fill under its number."""
        parts = [fill.draw(boxes, size, generator, donors=donors) for fill in self.fills]
        return Parameters.nest(**{str(number): part for number, part in enumerate(parts)})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:
        """Return what the last fill leaves."""
        for number, fill in enumerate(self.fills):
            content = fill.content(content, parameters.scope(str(number)), donors=donors)
        return content

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> Described | None:
        """Return what the last fill leaves, described; None where one of them cannot."""
        view: Described | None = before
        for number, fill in enumerate(self.fills):
            if view is not None:
                view = view_of(fill, view, parameters.scope(str(number)), donors)
        return view


@dataclass(frozen=True)
class Sometimes:
    """Applies a fill to some samples, and computes it for those alone.

    Args:
        fill: What to apply.
        p: The probability for each sample.
    """

    fill: Fill
    p: float = 0.5

    def __post_init__(self) -> None:
        check_piece(self, "fill", self.fill)
        if not 0 <= self.p <= 1:
            raise ValueError(f"p must be in [0, 1], got {self.p!r}")

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw ``applied``, ``(count,)`` bool, and the fill's parameters for all samples under ``fill``."""
        applied = chance(self.p, len(boxes), generator)
        part = self.fill.draw(boxes, size, generator, donors=donors)
        return Parameters({"applied": applied} | Parameters.nest(fill=part).host)

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:
        """Return new content for the chosen samples and the old content for the others."""
        rows = Rows.where(parameters.host["applied"], content.device)
        if not len(rows):
            return content
        part = self.fill.content(rows.of(content), rows.parameters(parameters.scope("fill")), donors=donors)
        return content.index_copy(0, rows.device, part)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View | None:
        """Return the content as a view; None where the fill cannot, or takes other images."""
        if not parameters.host["applied"].any():
            return before
        part = view_of(self.fill, before, parameters.scope("fill"), donors)
        return part.where(parameters["applied"], before) if isinstance(part, View) else None
