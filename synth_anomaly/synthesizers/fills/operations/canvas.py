"""Images on which operations are carried out, as few times over the pixels as can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy

import torch
from torch import Tensor

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.fills.operations import pixels, tables
from synth_anomaly.synthesizers.fills.operations.draw import OPERATIONS
from synth_anomaly.synthesizers.fills.operations.levels import (
    LEVELS,
    count_levels,
    counts_through,
    identity_tables,
    look_up,
)
from synth_anomaly.synthesizers.pieces import Pieces
from synth_anomaly.synthesizers.rows import Rows

__all__ = ["COUNTING", "OF_NEIGHBOURS", "OF_PIXELS", "Canvas"]

_ON_TABLES: Mapping[str, Callable[..., Tensor]] = {
    "gamma": tables.gamma,
    "solarise": tables.solarise,
    "posterise": tables.posterise,
    "invert": tables.invert,
}
_BY_COUNTS: Mapping[str, Callable[..., Tensor]] = {
    "autocontrast": tables.autocontrast,
    "equalise": tables.equalise,
}
_ON_PIXELS: Mapping[str, Callable[..., Tensor]] = {
    "brightness": pixels.brightness,
    "hue-saturation": pixels.hue_saturation,
}
_ON_NEIGHBOURS: Mapping[str, Callable[..., Tensor]] = {
    "sharpness": pixels.sharpness,
    "rotation": pixels.rotation,
}
_READING = {**_ON_PIXELS, **_ON_NEIGHBOURS}


def _which(operations: Mapping[str, object]) -> Tensor:
    return torch.tensor([operation in operations for operation in OPERATIONS])


COUNTING = _which(_BY_COUNTS)
"""Which operations, bool by place in `OPERATIONS`, count the levels of whole images."""

OF_PIXELS = _which(_ON_PIXELS)
"""Which operations read the channels of a pixel."""

OF_NEIGHBOURS = _which(_ON_NEIGHBOURS)
"""Which operations read other pixels too."""


class Canvas:
    """Images as levels, each with tables in which these are still to be looked up.

    Args:
        levels: uint8 ``(B, 3, H, W)``; changed.
        counts: How many pixels of them have each level, ``(B, 3, 256)``; None to have them counted.
    """

    def __init__(self, levels: Tensor, counts: Tensor | None = None) -> None:
        self._levels = levels
        self._owner: Rows | None = None
        self._tables = identity_tables(len(levels), levels.device)
        self._waiting = torch.zeros(len(levels), dtype=torch.bool)
        self._counts = torch.zeros_like(self._tables, dtype=torch.int32) if counts is None else counts
        self._counted = torch.full((len(levels),), counts is not None)

    def carry_out(self, numbers: Tensor, acting: Tensor, parameters: Parameters) -> None:
        """Carry out one operation on each of some images.

        Args:
            numbers: ``(B,)`` on the CPU, the places of operations in `OPERATIONS`.
            acting: Bool ``(B,)`` on the CPU, on which images.
            parameters: Values ``(B, ...)`` by operation.
        """
        reads = (OF_PIXELS | OF_NEIGHBOURS)[numbers]
        self._look_up(self._waiting & acting & reads)
        for number in sorted(set(numbers[acting].tolist())):
            self._carry_out(OPERATIONS[number], acting & (numbers == number), parameters)
        self._waiting = self._waiting | (acting & ~reads)

    def _carry_out(self, operation: str, chosen: Tensor, parameters: Parameters) -> None:
        if operation in _READING:
            parts, image = self._parts(chosen)
            values = [parameters[operation].index_select(0, image)] if operation in parameters else []
            self._put(parts, _READING[operation](parts.of(self._levels), *values), chosen)
        else:
            rows = Rows.where(chosen, self._levels.device)
            values = [rows.of(parameters[operation])] if operation in parameters else []
            self._tables.index_copy_(0, rows.device, self._changed_tables(operation, rows, values))

    def cut(self, pieces: Pieces) -> Canvas:
        """Return the canvas of some pieces of these images; nothing can be counted there."""
        part = copy(self)
        part._levels, part._owner = pieces.cut(self._levels), pieces.rows
        return part

    def content(self) -> Tensor:
        """Return the images or pieces, float32 in [0, 1]."""
        self._look_up(self._waiting)
        return self._levels.float().div_(LEVELS - 1)

    def _parts(self, chosen: Tensor) -> tuple[Rows, Tensor]:
        """Return the levels that are of the chosen images, and the image of each."""
        if self._owner is None:
            rows = Rows.where(chosen, self._levels.device)
            return rows, rows.device
        rows = Rows.where(chosen[self._owner.host], self._levels.device)
        return rows, rows.of(self._owner.device)

    def _changed_tables(self, operation: str, rows: Rows, values: list[Tensor]) -> Tensor:
        before = rows.of(self._tables)
        if operation in _ON_TABLES:
            return _ON_TABLES[operation](before, *values)
        return _BY_COUNTS[operation](before, counts_through(self._counts_of(rows), before), *values)

    def _counts_of(self, rows: Rows) -> Tensor:
        """Return how many pixels of some images have each level, after counting what has changed since."""
        changed = Rows.where(~self._counted[rows.host], self._levels.device)
        if len(changed):
            fresh = Rows(rows.host[changed.host], changed.of(rows.device))
            self._counts = self._counts.index_copy(0, fresh.device, count_levels(fresh.of(self._levels)))
            self._counted[fresh.host] = True
        return rows.of(self._counts)

    def _look_up(self, chosen: Tensor) -> None:
        """Look up what waits, where the pixels are needed as they are."""
        if not chosen.any():
            return
        parts, image = self._parts(chosen)
        self._put(parts, look_up(parts.of(self._levels), self._tables.to(torch.uint8), image), chosen)
        rows = Rows.where(chosen, self._levels.device)
        self._tables = self._tables.index_copy(
            0, rows.device, identity_tables(len(rows), self._tables.device)
        )
        self._waiting = self._waiting & ~chosen

    def _put(self, parts: Rows, changed: Tensor, chosen: Tensor) -> None:
        """Write new levels, in words of eight where they divide so: that is much faster."""
        self._counted = self._counted & ~chosen
        if len(parts) == len(self._levels):
            self._levels = changed
            return
        word = torch.int64 if self._levels[0].numel() % 8 == 0 else torch.uint8
        whole, part = (values.flatten(1).view(word) for values in (self._levels, changed))
        whole.index_copy_(0, parts.device, part)
