"""What a data set is, and each of its images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Dataset", "Sample"]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One image of a data set, read when asked for.

    Attributes:
        name: Unique in the data set, such as ``"scratch/003"``; the names of written files follow it.
        defect: ``"good"`` or the kind of defect.
        read: Returns the image, uint8 ``(H, W, 3)``.
        read_mask: Returns the mask, bool ``(H, W)``; None where there is no mask to read.
        read_clean: Returns the same part without its defect, where the data set knows it.
        read_object: Returns where the part is, bool ``(H, W)``, where the data set knows it.
        path: The file it comes from; None for a rendered image.
    """

    name: str
    defect: str
    read: Callable[[], np.ndarray[Any, Any]]
    read_mask: Callable[[], np.ndarray[Any, Any]] | None = None
    read_clean: Callable[[], np.ndarray[Any, Any]] | None = None
    read_object: Callable[[], np.ndarray[Any, Any]] | None = None
    path: Path | None = None

    @property
    def is_defective(self) -> bool:
        """Whether the image shows a defect."""
        return self.defect != "good"


@runtime_checkable
class Dataset(Protocol):
    """Good images to train on, and images to test on."""

    name: str
    category: str

    def train(self) -> Sequence[Sample]:
        """Return the good training images."""
        ...

    def test(self) -> Sequence[Sample]:
        """Return the test images; empty where there are none."""
        ...
