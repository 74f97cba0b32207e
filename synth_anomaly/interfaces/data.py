"""What a data set is, and each of its images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from synth_anomaly.interfaces.preparation import Report

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Dataset", "Downloadable", "Sample", "WithAnomalies", "WithNotes"]


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
        path: The file it comes from; None for an image that is no file of its own.
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


@runtime_checkable
class WithAnomalies(Protocol):
    """A data set that knows real defects besides its test images, for methods that may see a few."""

    def anomalies(self) -> Sequence[Sample]:
        """Return defective images that are none of the test images, always in the same order."""
        ...


@runtime_checkable
class Downloadable(Protocol):
    """A data set's class that can fetch it from who publishes it."""

    def download(self, folder: Path, *, url: str | None = None, report: Report | None = None) -> Path:
        """Put the data set into ``folder``, all of it or nothing; a static method.

        Args:
            folder: Where to; made where it is missing.
            url: Another address of the same file.
            report: Is told how far it is.

        Returns:
            The folder that holds it.

        Raises:
            DataError: If it cannot be fetched, or is not what it should be.
        """
        ...


@runtime_checkable
class WithNotes(Protocol):
    """A data set of whose images a reader of the results should know something."""

    def notes(self) -> Sequence[str]:
        """Return a line for each thing to know, such as that images are missing; may be empty."""
        ...
