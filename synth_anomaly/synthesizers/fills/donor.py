"""Content from another image."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Size
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.draws import below
from synth_anomaly.synthesizers.views import View

__all__ = ["Donor"]


@dataclass(frozen=True)
class Donor:
    """Replaces the content by a donor image, each with equal chance.

    An image may draw itself where it is among the donors.
    """

    def draw(self, boxes: Tensor, size: Size, generator: Generator, *, donors: int = 0) -> Parameters:  # noqa: ARG002
        """Draw ``donor``, ``(count,)`` int64, the number of a donor image.

        Raises:
            DataError: If there are no donors.
        """
        if donors < 1:
            raise DataError(
                "the fill 'donor' takes content from other images and got none: give two images or more, "
                "in Python as donors=..."
            )
        return Parameters({"donor": below(torch.full((len(boxes),), donors), generator)})

    def content(self, content: Tensor, parameters: Parameters, *, donors: Tensor | None = None) -> Tensor:
        """Return the chosen donors.

        Raises:
            DataError: If there are fewer donors than were drawn from.
        """
        return _drawn_from(donors, parameters).index_select(0, parameters["donor"]).to(content.dtype)

    def view(self, before: View, parameters: Parameters, *, donors: Tensor | None = None) -> View | None:
        """Return the chosen donors as a view; None where they are of another type of number.

        Raises:
            DataError: If there are fewer donors than were drawn from.
        """
        donors = _drawn_from(donors, parameters)
        return View.of(donors, parameters["donor"]) if donors.dtype == before.source.dtype else None


def _drawn_from(donors: Tensor | None, parameters: Parameters) -> Tensor:
    count = 0 if donors is None else len(donors)
    chosen = parameters.host["donor"]
    if donors is None or (len(chosen) and int(chosen.max()) >= count):
        raise DataError(f"donor {int(chosen.max())} was drawn of {count} donors: pass those of the draw")
    return donors
