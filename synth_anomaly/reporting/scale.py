"""One colour scale for many maps, so that they can be compared by eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Scale", "common_scale"]

_MOST_PIXELS = 4_000_000


@dataclass(frozen=True)
class Scale:
    """The range of map values that is shown as [0, 1].

    Attributes:
        low: Shown as 0.
        high: Shown as 1; above ``low``.
    """

    low: float = 0.0
    high: float = 1.0

    def apply(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Return values of any shape as float32 in [0, 1]."""
        share = (np.asarray(values, np.float32) - self.low) / (self.high - self.low)
        return np.asarray(np.clip(share, 0, 1), np.float32)


def common_scale(maps: Sequence[npt.NDArray[np.floating]]) -> Scale:
    """Return the scale on which all maps are shown.

    It is [0, 1] for maps that live there, probabilities for instance. Otherwise it goes from 0, or from
    the least value where there are negative ones, to the 99.9th percentile: a lone peak darkens nothing.

    Args:
        maps: One or more arrays ``(H, W)``, finite, of any sizes.

    Example:
        >>> import numpy as np
        >>> common_scale([np.array([[0.0, 0.9]])])
        Scale(low=0.0, high=1.0)
    """
    low = min(float(values.min()) for values in maps)
    high = max(float(values.max()) for values in maps)
    if low >= 0 and 0.5 <= high <= 1:
        return Scale()
    low = min(0.0, low)
    high = _percentile(maps, 99.9)
    return Scale(low, high if high > low else low + 1.0)


def _percentile(maps: Sequence[npt.NDArray[np.floating]], percent: float) -> float:
    """Return a percentile over all pixels; of a regular sample of them where they are many."""
    every = -(-sum(values.size for values in maps) // _MOST_PIXELS)
    return float(np.percentile(np.concatenate([values.ravel()[::every] for values in maps]), percent))
