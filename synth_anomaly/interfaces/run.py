"""What the hooks of a plugin are told of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["EpochReport", "RunContext", "RunResult"]


@dataclass(frozen=True)
class RunContext:
    """Which run a hook is told of.

    Attributes:
        folder: The run's folder.
        recipe: The recipe as plain values.
    """

    folder: Path
    recipe: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """What happened since the last report.

    Attributes:
        stage: Name of the stage.
        epoch: Passes over the training images so far, in this stage.
        step: Steps so far, over all stages.
        losses: Mean of every loss term, by ``"optimiser/term"``.
        learning_rates: Learning rate by optimiser.
        images_per_second: Training images a second, wall time.
        figures: What the stage validated, by name; empty where it did not.
        panels: Computes image panels, each ``(B, 3, H, W)`` in [0, 1], by name.
    """

    stage: str
    epoch: int
    step: int
    losses: Mapping[str, float]
    learning_rates: Mapping[str, float]
    images_per_second: float
    figures: Mapping[str, float] = field(default_factory=dict)
    panels: Callable[[], Mapping[str, Tensor]] = dict


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Attributes:
        metrics: The figures, where the run came to its end.
        error: What stopped it, otherwise.
    """

    metrics: Mapping[str, float] | None = None
    error: BaseException | None = None
