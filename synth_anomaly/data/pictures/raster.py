"""A decoded picture as its file has it, before its values are made levels of 8 bits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Raster"]

# rows and columns exchanged, then rows reversed, then columns reversed, for EXIF's orientations
_TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


@dataclass(frozen=True, kw_only=True)
class Raster:
    """A picture.

    Attributes:
        values: ``(H, W)`` grey or ``(H, W, 3)`` RGB, as uint8, uint16, int32 or float32.
        white: The value that is white: what the file declares, or all of its bits.
        declared_bits: How many bits the file declares where that decides ``white``; None where nothing does.
        alpha: uint8 ``(H, W)``, 0 is transparent; None where no pixel is.
        hidden: Whether the file's transparency hides all of it, so that it is left out of account.
        index: ``(H, W)`` palette indices; None where there is no palette.
        lossy: Whether its format or compression blurs edges.
        format: The format's name, such as ``"PNG"``.
        pages: How many pages the file has.
    """

    values: npt.NDArray[Any]
    white: float = 255
    declared_bits: int | None = None
    alpha: npt.NDArray[np.uint8] | None = None
    hidden: bool = False
    index: npt.NDArray[np.uint8] | None = None
    lossy: bool = False
    format: str = ""
    pages: int = 1

    @property
    def is_deep(self) -> bool:
        """Whether it has more than 8 bits, so that what is white may be said."""
        return self.values.dtype != np.uint8

    def turned(self, orientation: int) -> Raster:
        """Return it upright; another number than EXIF's 2 to 8 leaves it as it is."""
        if orientation not in _TURNS:
            return self
        return replace(
            self,
            values=_turned(self.values, orientation),
            alpha=None if self.alpha is None else _turned(self.alpha, orientation),
            index=None if self.index is None else _turned(self.index, orientation),
        )


def _turned(values: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    exchanged, rows, columns = _TURNS[orientation]
    turned = values.swapaxes(0, 1) if exchanged else values
    return np.ascontiguousarray(turned[:: -1 if rows else 1, :: -1 if columns else 1])
