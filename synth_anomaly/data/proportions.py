"""How large images are and of which proportions, read from their files' headers where they are files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from synth_anomaly.data.decode import read_checked
from synth_anomaly.data.images import image_size
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample, Size

__all__ = ["Proportions", "proportions_of"]

_DRAWN = 50


@dataclass(frozen=True)
class Proportions:
    """The sizes of some images, by how tall they are for their width.

    Attributes:
        sizes: Height and width of each, the widest first; at least one.
    """

    sizes: tuple[Size, ...]

    @property
    def median(self) -> Size:
        """The size of the image in the middle."""
        return self.sizes[(len(self.sizes) - 1) // 2]

    @property
    def are_of_one_size(self) -> bool:
        """Whether all have the same height and width."""
        return len(set(self.sizes)) == 1

    @property
    def spread(self) -> float:
        """How many times as tall for its width the tallest is as the widest, 1 or more."""
        return _tallness(self.sizes[-1]) / _tallness(self.sizes[0])


def proportions_of(samples: Sequence[Sample], *, skip_bad: bool = False) -> Proportions | None:
    """Return the proportions of images, of 50 drawn evenly where there are more.

    Args:
        samples: The images; one without a file is read.
        skip_bad: Whether images that cannot be read are left out instead of stopping.

    Returns:
        Their proportions; None where there is no image, or none can be read.

    Raises:
        DataError: If an image cannot be read and ``skip_bad`` is not set.
    """
    count = min(len(samples), _DRAWN)
    sizes = []
    for row in range(count):
        try:
            sizes.append(_size(samples[row * len(samples) // count]))
        except DataError:
            if not skip_bad:
                raise
    return Proportions(tuple(sorted(sizes, key=_tallness))) if sizes else None


def _size(sample: Sample) -> Size:
    if sample.path is not None:
        with suppress(DataError):  # a file of another kind, which the sample can read
            return image_size(sample.path)
    height, width = read_checked(sample).shape[:2]
    return height, width


def _tallness(size: Size) -> float:
    return size[0] / size[1]
