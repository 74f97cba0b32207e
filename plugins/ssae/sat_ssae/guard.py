"""A guard on how much of an image is corrupted."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.interfaces import Defects, Size, Synthesizer
from synth_anomaly.objects import check_piece
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import Chain, Replayable, ssae

__all__ = ["ShareLimited", "orthogonal_share"]

_ELASTIC = ssae()


@dataclass(frozen=True)
class ShareLimited(Replayable):
    """Leaves an image as it is where a synthesizer would corrupt more than a share of it.

    Args:
        synthesizer: What corrupts; one that can only be called is replayed by its seed.
        most: The greatest mean of a mask that is let through, in (0, 1].

    Source:
        SSAE, section 3.4: only below half of the image can the corrupted copy's nearest normal image be the
        one that it was made from (equation 9). 0.4 is ours.
    """

    synthesizer: Synthesizer = _ELASTIC
    most: float = 0.4

    def __post_init__(self) -> None:
        check_piece(self, "synthesizer", self.synthesizer)
        if not 0 < self.most <= 1:
            raise ValueError(f"most must be a share in (0, 1], got {self.most!r}")

    def draw(self, count: int, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:
        """Draw the synthesizer's parameters, under ``synthesizer``."""
        part = self._alone.draw(count, size, generator, donors=donors)
        return Parameters.nest(synthesizer=part)

    def apply(
        self,
        images: Tensor,
        parameters: Parameters,
        *,
        guide: Tensor | None = None,
        donors: Tensor | None = None,
    ) -> Defects:
        """Corrupt the images, but those of which too much would be."""
        scope = parameters.scope("synthesizer")
        made = self._alone.apply(images, scope, guide=guide, donors=donors)
        kept = made.masks.mean(dim=(1, 2, 3), keepdim=True) <= self.most
        return Defects(
            torch.where(kept, made.images, images),
            torch.where(kept, made.masks, 0.0),
            Parameters(parameters.host),
        )

    @property
    def _alone(self) -> Replayable:
        """The synthesizer, as one that draws before it applies."""
        return Chain((self.synthesizer,))


def orthogonal_share(variance: float) -> float:
    """Return the corrupted share of an image below which theorem 2 holds: ``|S| < 2 σ² |S̄|``.

    Args:
        variance: ``σ²``, the variance of a pixel over normal images.

    Example:
        >>> round(orthogonal_share(0.05), 4)
        0.0909
    """
    return 2 * variance / (1 + 2 * variance)
