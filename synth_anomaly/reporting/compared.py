"""Another method on the same images, beside which a run's figures stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Compared", "seconds_text", "size_text"]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What another method reached on the same images, and what it cost.

    Attributes:
        metrics: Its figures by name.
        cpu_seconds: What its whole run took.
        input_size: Height and width of its input.
        run: The folder of its run.
    """

    metrics: Mapping[str, float]
    cpu_seconds: float
    input_size: tuple[int, int]
    run: Path

    def facts(self) -> dict[str, Any]:
        """Return it as ``metrics.json`` has it."""
        return asdict(self) | {"run": str(self.run.absolute())}


def seconds_text(seconds: float) -> str:
    """Return seconds for a cell of a table: below 10 with a tenth.

    Example:
        >>> seconds_text(846.2), seconds_text(0.417)
        ('846', '0.4')
    """
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}"


def size_text(size: tuple[int, int]) -> str:
    """Return height and width as a reader knows them: width first.

    Example:
        >>> size_text((416, 160))
        '160x416'
    """
    return f"{size[1]}x{size[0]}"
