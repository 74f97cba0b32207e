"""Images on which operations are carried out, as few times over the pixels as can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.fills.operations import pixels, tables
from synth_anomaly.synthesizers.fills.operations.draw import OPERATIONS
from synth_anomaly.synthesizers.fills.operations.levels import (
    LEVELS,
    as_levels,
    count_levels,
    counts_through,
    identity_tables,
    look_up,
)
from synth_anomaly.synthesizers.rows import Rows

__all__ = ["Canvas"]

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
    "sharpness": pixels.sharpness,
    "hue-saturation": pixels.hue_saturation,
    "rotation": pixels.rotation,
}


_NEEDS_PIXELS = torch.tensor([operation in _ON_PIXELS for operation in OPERATIONS])


class Canvas:
    """Images as levels, each with tables in which its levels are still to be looked up.

    Args:
        content: ``(B, 3, H, W)`` in [0, 1]; left untouched.
    """

    def __init__(self, content: Tensor) -> None:
        self._levels = as_levels(content)
        self._tables = identity_tables(len(content), content.device)
        self._waiting = torch.zeros(len(content), dtype=torch.bool)

    def carry_out(self, numbers: Tensor, parameters: Parameters) -> None:
        """Carry out one operation on each image.

        Args:
            numbers: ``(B,)`` on the CPU, the places of operations in `OPERATIONS`.
            parameters: Values ``(B, ...)`` by operation.
        """
        self._look_up(self._waiting & _NEEDS_PIXELS[numbers])
        for number, operation in enumerate(OPERATIONS):
            rows = Rows.where(numbers == number, self._levels.device)
            if not len(rows):
                continue
            values = [rows.of(parameters[operation])] if operation in parameters else []
            if operation in _ON_PIXELS:
                _put(self._levels, rows, _ON_PIXELS[operation](rows.of(self._levels), *values))
            else:
                self._tables.index_copy_(0, rows.device, self._changed_tables(operation, rows, values))
        self._waiting |= ~_NEEDS_PIXELS[numbers]

    def content(self) -> Tensor:
        """Return the images, float32 in [0, 1]."""
        self._look_up(self._waiting)
        return self._levels.float().div_(LEVELS - 1)

    def _changed_tables(self, operation: str, rows: Rows, values: list[Tensor]) -> Tensor:
        before = rows.of(self._tables)
        if operation in _ON_TABLES:
            return _ON_TABLES[operation](before, *values)
        counts = counts_through(count_levels(rows.of(self._levels)), before)
        return _BY_COUNTS[operation](before, counts, *values)

    def _look_up(self, chosen: Tensor) -> None:
        """Look up what waits, where the pixels are needed as they are."""
        rows = Rows.where(chosen, self._levels.device)
        if not len(rows):
            return
        _put(self._levels, rows, look_up(rows.of(self._levels), rows.of(self._tables).to(torch.uint8)))
        self._tables.index_copy_(0, rows.device, identity_tables(len(rows), self._tables.device))
        self._waiting &= ~chosen


def _put(images: Tensor, rows: Rows, changed: Tensor) -> None:
    """Write some rows of bytes into images, as words of eight where they divide so: that is much faster."""
    word = torch.int64 if images[0].numel() % 8 == 0 else images.dtype
    whole, part = (values.flatten(1).view(word) for values in (images, changed))
    whole.index_copy_(0, rows.device, part)
