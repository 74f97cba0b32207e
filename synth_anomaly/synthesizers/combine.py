"""Synthesizers made of synthesizers: one of several, one after another, on some images only.

The parameters of every part are drawn for all samples, few as they are, so that the first axis is the
sample throughout; pixels are computed for the chosen samples alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.objects import check_piece, checked_pieces
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.replay import Replayable, check_count, replayable
from synth_anomaly.synthesizers.rows import Rows, moved

__all__ = ["Chain", "Mixed", "OneOf"]


@dataclass(frozen=True)
class OneOf(Replayable):
    """Applies to each image one of several synthesizers.

    Args:
        synthesizers: What to choose from; one that can only be called is replayed by its seed.
        weights: How often each is chosen, relative to the others; None is equally often.
    """

    synthesizers: tuple[Synthesizer, ...]
    weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _check_several(self)
        if self.weights is None:
            return
        object.__setattr__(self, "weights", tuple(self.weights))
        count, total = len(self.synthesizers), sum(self.weights)
        if len(self.weights) != count or min(self.weights) < 0 or not 0 < total < float("inf"):
            raise ValueError(f"weights must be {count} numbers >= 0, not all 0, got {self.weights!r}")

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw ``choice``, ``(count,)`` int64, and the parameters of each synthesizer under its number."""
        limits = torch.tensor(self.weights or [1.0] * len(self.synthesizers), dtype=torch.float64).cumsum(0)
        draws = torch.rand(count, generator=generator, dtype=torch.float64)
        choice = torch.searchsorted(limits / limits[-1], draws, right=True)
        parts = _draw_parts(self.synthesizers, count, size, generator, donors)
        return Parameters({"choice": choice} | parts.host)

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Apply to each image the synthesizer that was chosen for it.

        Raises:
            DataError: If the parameters are those of another number of images, or ``choice`` holds the number
                of none of the synthesizers.
        """
        drawn, choice = moved(parameters, images.device), parameters.host["choice"]
        check_count(images, choice)
        wrong = choice[(choice < 0) | (choice >= len(self.synthesizers))]
        if len(wrong):
            raise DataError(
                f"expected a choice of 0 to {len(self.synthesizers) - 1}, got {int(wrong[0])}: "
                "draw the parameters with this synthesizer"
            )
        masks = images.new_empty((len(images), 1, *images.shape[2:]), dtype=torch.float32)
        made = Defects(torch.empty_like(images), masks, Parameters(parameters.host))
        for number, synthesizer in enumerate(self.synthesizers):
            rows = Rows.where(choice == number, images.device)
            _put(made, rows, synthesizer, images, drawn.scope(str(number)), guide, donors)
        return made


@dataclass(frozen=True)
class Chain(Replayable):
    """Applies several synthesizers in order, each to what the one before it made.

    The masks are joined by their maximum.

    Args:
        synthesizers: What to apply; one that can only be called is replayed by its seed.
    """

    synthesizers: tuple[Synthesizer, ...]

    def __post_init__(self) -> None:
        _check_several(self)

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the parameters of each synthesizer under its number."""
        return _draw_parts(self.synthesizers, count, size, generator, donors)

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Apply one after the other."""
        drawn = moved(parameters, images.device)
        made, masks = images, images.new_zeros((len(images), 1, *images.shape[2:]), dtype=torch.float32)
        for number, synthesizer in enumerate(self.synthesizers):
            scope = drawn.scope(str(number))
            part = replayable(synthesizer).apply(made, scope, guide=guide, donors=donors)
            made, masks = part.images, torch.maximum(masks, part.masks)
        return Defects(made, masks, Parameters(parameters.host))


@dataclass(frozen=True)
class Mixed(Replayable):
    """Makes a fixed share of each batch defective, at random places in it; only those are computed.

    Args:
        synthesizer: What makes the defects.
        p: The share in [0, 1]: ``round(p * B)`` of B images, so that of a single image and 0.5 it is none.
    """

    synthesizer: Synthesizer
    p: float = 0.5

    def __post_init__(self) -> None:
        check_piece(self, "synthesizer", self.synthesizer)
        if not 0 <= self.p <= 1:
            raise ValueError(f"p must be in [0, 1], got {self.p!r}")

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw ``defective``, ``(count,)`` bool, and the synthesizer's parameters under ``synthesizer``."""
        defective = torch.zeros(count, dtype=torch.bool)
        defective[torch.randperm(count, generator=generator)[: round(self.p * count)]] = True
        part = replayable(self.synthesizer).draw(count, size, generator, donors=donors)
        return Parameters({"defective": defective} | Parameters.nest(synthesizer=part).host)

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Make the chosen images defective; the others come back as they were, with empty masks.

        Raises:
            DataError: If the parameters are those of another number of images.
        """
        drawn = moved(parameters, images.device)
        check_count(images, drawn.host["defective"])
        made = _untouched(images, parameters)
        rows = Rows.where(drawn.host["defective"], images.device)
        _put(made, rows, self.synthesizer, images, drawn.scope("synthesizer"), guide, donors)
        return made


def _check_several(made: OneOf | Chain) -> None:
    given = checked_pieces(made, "synthesizers", made.synthesizers, "synthesizer")
    if not given:
        raise ValueError("synthesizers must be at least one, got none")
    object.__setattr__(made, "synthesizers", given)


def _draw_parts(
    synthesizers: tuple[Synthesizer, ...], count: int, size: Size, generator: Generator, donors: int
) -> Parameters:
    parts = (
        replayable(synthesizer).draw(count, size, generator, donors=donors) for synthesizer in synthesizers
    )
    return Parameters.nest(**{str(number): part for number, part in enumerate(parts)})


def _untouched(images: Tensor, parameters: Parameters) -> Defects:
    masks = images.new_zeros((len(images), 1, *images.shape[2:]), dtype=torch.float32)
    return Defects(images.clone(), masks, Parameters(parameters.host))


def _put(
    made: Defects,
    rows: Rows,
    synthesizer: Synthesizer,
    images: Tensor,
    parameters: Parameters,
    guide: Tensor | None,
    donors: Tensor | None,
) -> None:
    """Compute some rows and write them into ``made``."""
    if not len(rows):
        return
    guide = None if guide is None else rows.of(guide)
    chosen = rows.parameters(parameters)
    part = replayable(synthesizer).apply(rows.of(images), chosen, guide=guide, donors=donors)
    made.images.index_copy_(0, rows.device, part.images)
    made.masks.index_copy_(0, rows.device, part.masks)
