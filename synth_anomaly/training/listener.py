"""What watches a training run."""

from __future__ import annotations

from collections.abc import Mapping

from synth_anomaly.interfaces import EpochReport
from synth_anomaly.training.stage import Stage

__all__ = ["Listener"]


class Listener:
    """Is told of a run's progress; every method does nothing unless it is overridden."""

    def on_reading(self, what: str, done: int, total: int) -> None:
        """Before the first stage: ``done`` of ``total`` textures, guides or the like are read or made."""

    def on_stage(self, stage: Stage, number: int, stages: int, start: int) -> None:
        """A stage begins, or goes on, at step ``start``; it is number ``number`` of ``stages``, from 1."""

    def on_step(self, stage: Stage, step: int, losses: Mapping[str, float]) -> None:
        """``step`` steps of the stage are done; ``losses`` are the latest known, by ``"optimiser/term"``."""

    def on_epoch(self, report: EpochReport) -> None:
        """A pass over the training images, or the stage, has ended."""

    def on_stage_end(self, stage: Stage) -> None:
        """The stage is done."""

    def on_message(self, text: str) -> None:
        """Something that the user should read."""
