"""What a piece or a network may ask to be done before the first training step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from synth_anomaly.interfaces.values import Size

if TYPE_CHECKING:
    import torch

__all__ = ["Pretrained", "ReadsFiles", "Report"]

Report = Callable[[str, int, int], None]
"""Is told what is read or made, such as ``"textures"``, how many are done, and of how many."""


@runtime_checkable
class Pretrained(Protocol):
    """A module that can start from published weights."""

    def load_pretrained(self) -> Iterable[str]:
        """Load the weights that its options ask for; return a line for each thing that did not load."""
        ...


@runtime_checkable
class ReadsFiles(Protocol):
    """A piece of a synthesizer that needs files; they are read before the first training step."""

    def read_files(self, size: Size, device: torch.device, report: Report) -> Iterable[str]:
        """Read all files that images of this size on this device need, and keep what comes of them.

        Args:
            size: Height and width of the images.
            device: Where they are.
            report: Told how it goes.

        Returns:
            A line for each thing that a reader of the results should know.

        Raises:
            DataError: If a file is missing or cannot be read.
        """
        ...
