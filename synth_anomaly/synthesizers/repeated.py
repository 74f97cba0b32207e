"""One synthesizer several times over."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.objects import check_piece
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.replay import Replayable, replayable
from synth_anomaly.synthesizers.rows import Rows, moved

__all__ = ["Repeated"]


@dataclass(frozen=True)
class Repeated(Replayable):
    """Applies a synthesizer a random number of times, each to what the time before made.

    The masks are joined by their maximum.

    Args:
        synthesizer: What to apply; one that can only be called is replayed by its seed.
        count: Fewest and most times, at least 1.
        p: The probability of each time beyond the fewest, independent of the others.
    """

    synthesizer: Synthesizer
    count: tuple[int, int] = (1, 3)
    p: float = 0.5

    def __post_init__(self) -> None:
        check_piece(self, "synthesizer", self.synthesizer)
        if not 1 <= self.count[0] <= self.count[1]:
            raise ValueError(f"count must be two numbers, 1 <= low <= high, got {self.count!r}")
        if not 0 <= self.p <= 1:
            raise ValueError(f"p must be in [0, 1], got {self.p!r}")

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw ``times``, ``(count,)`` int64, and parameters for the most times under their numbers."""
        low, high = self.count
        more = torch.rand((count, high - low), generator=generator) < self.p
        part = replayable(self.synthesizer)
        parts = {str(number): part.draw(count, size, generator, donors=donors) for number in range(high)}
        return Parameters({"times": low + more.sum(dim=1)} | Parameters.nest(**parts).host)

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Apply as often as was drawn; each time only the images whose turn it is are computed."""
        drawn = moved(parameters, images.device)
        made, masks = images, images.new_zeros((len(images), 1, *images.shape[2:]), dtype=torch.float32)
        for number in range(self.count[1]):
            rows = Rows.where(drawn.host["times"] > number, images.device)
            if not len(rows):
                continue
            part, synthesizer = drawn.scope(str(number)), replayable(self.synthesizer)
            if len(rows) == len(images):
                more = synthesizer.apply(made, part, guide=guide, donors=donors)
                made, masks = more.images, torch.maximum(masks, more.masks)
                continue
            nearby = None if guide is None else rows.of(guide)
            more = synthesizer.apply(rows.of(made), rows.parameters(part), guide=nearby, donors=donors)
            made = made.index_copy(0, rows.device, more.images)
            masks = masks.index_copy(0, rows.device, torch.maximum(rows.of(masks), more.masks))
        return Defects(made, masks, Parameters(parameters.host))
