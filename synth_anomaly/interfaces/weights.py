"""What offers published weights by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["WeightsSource"]


@runtime_checkable
class WeightsSource(Protocol):
    """Published weights that a backbone's option ``weights`` names, and what a user must know of them.

    ``sat list weights`` imports it and prints what it says, so that its module imports torch where weights
    are read and not before.
    """

    @property
    def network(self) -> str | None:
        """The name of the backbone that takes them; None where several do."""
        ...

    @property
    def source(self) -> str:
        """Who published them, and what they were trained on."""
        ...

    @property
    def licence(self) -> str:
        """The licence of the weights, such as ``"Apache-2.0"``."""
        ...

    @property
    def install(self) -> str:
        """What to type, or to do, to have them on this machine."""
        ...

    def installed(self) -> bool:
        """Return whether :meth:`read` finds them on this machine; quick, and never downloads."""
        ...

    def read(self) -> dict[str, Tensor]:
        """Return the state dict, on the CPU.

        Raises:
            DataError: If the weights are not there or cannot be read; says what to install.
        """
        ...
