"""What is decided anew each time a recipe runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synth_anomaly.training import Listener

__all__ = ["RunOptions"]


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What is decided anew each time a recipe runs, and changes no result on the same machine.

    Attributes:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        allow_code: Whether the recipe may name components by import path.
        listeners: What is told of the training's progress.
        warn: Is told what the user should read.
    """

    device: str = "auto"
    allow_code: bool = False
    listeners: Sequence[Listener] = ()
    warn: Callable[[str], None] = print
