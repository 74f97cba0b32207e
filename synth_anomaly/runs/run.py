"""One run: training, evaluation, and everything that it leaves in its folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import ImageCounts
from synth_anomaly.errors import DataError, RunError, SynthAnomalyError
from synth_anomaly.evaluation import Evaluation
from synth_anomaly.interfaces import Dataset, EpochReport, RunContext, RunResult
from synth_anomaly.method import Method
from synth_anomaly.recipe import Recipe
from synth_anomaly.reporting.results import Results, write_results
from synth_anomaly.runs.clock import Clock
from synth_anomaly.runs.folder import remove_folder, resume_command
from synth_anomaly.runs.options import RunOptions
from synth_anomaly.runs.summary import NO_TEST_NOTE, count_images, summarise
from synth_anomaly.training import Listener, Stage

__all__ = ["Run"]


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        folder: Where it writes.
        recipe: Everything that made it.
        method: The method, trained after :meth:`execute`.
        dataset: The images.
        options: How it runs this time.
        resumed: Whether it began in another process.
        notes: What a reader should know of how it was set up.
    """

    folder: Path
    recipe: Recipe
    method: Method
    dataset: Dataset
    options: RunOptions
    resumed: bool = False
    notes: tuple[str, ...] = ()

    def execute(self) -> Results:
        """Train, evaluate, and write everything down; go on from a checkpoint where there is one.

        A new run that fails before its first step, as on an unreadable image, leaves no folder.

        Raises:
            SynthAnomalyError: If something fails, or the user asked to stop; the run can be resumed.
        """
        context = RunContext(self.folder, self.recipe.table())
        hooks = _Hooks(context, self._notify)
        self._notify("sat_run_start", run=context)
        try:
            results = self._execute(hooks)
        except BaseException as error:
            self._notify("sat_run_end", run=context, result=RunResult(error=error))
            if isinstance(error, SynthAnomalyError) and not (self.resumed or hooks.trained):
                remove_folder(self.folder)
            if isinstance(error, OSError):
                raise RunError(f"{error}; mend that, then go on with {self.resume_command}") from error
            raise
        self._notify("sat_run_end", run=context, result=RunResult(metrics=results.metrics))
        return results

    @property
    def resume_command(self) -> str:
        """What to type to go on with it."""
        return resume_command(self.folder)

    @property
    def counts(self) -> ImageCounts:
        """How many images there are to train on and to test on."""
        return count_images(self.method, self.dataset)

    def _execute(self, hooks: _Hooks) -> Results:
        clock = Clock()
        for note in self.notes:
            self.options.warn(note)
        self.method.fit(
            self.dataset,
            device=self.options.device,
            precision=self.recipe.precision,
            skip_bad=self.recipe.data.skip_bad,
            checkpoints=self.folder / "checkpoint",
            listeners=[*self.options.listeners, hooks],
            warn=self.options.warn,
        )
        self.method.save_weights(self.folder)
        evaluation = self._evaluate()
        skipped, counts = self.method.skipped, self.counts
        resumed = "resumed: the seconds are those since it was resumed last"
        results = summarise(
            self.method,
            self.dataset,
            self.recipe,
            evaluation,
            clock,
            notes=[
                *([resumed] if self.resumed else []),
                *self.notes,
                *self.method.notes,
                *(f"left out of training: {skip.name}: {skip.reason}" for skip in skipped),
            ],
            facts={
                "images": counts.facts(),
                "training_images": (counts.train or 0) - len(skipped),
                "training_skipped": skipped,
            },
        )
        write_results(self.folder, results)
        return results

    def _evaluate(self) -> Evaluation | None:
        if not self.dataset.test():
            self.options.warn(NO_TEST_NOTE)
            return None
        data = self.recipe.data
        try:
            return self.method.evaluate(
                self.dataset, score_size=data.score_size, skip_bad=data.skip_bad, warn=self.options.warn
            )
        except DataError as error:
            raise DataError(
                f"{error}; training is done and kept: mend that, then {self.resume_command}"
            ) from error

    def _notify(self, hook: str, **arguments: Any) -> None:
        catalogue().plugins.notify(hook, self.options.warn, **arguments)


class _Hooks(Listener):
    """Passes the end of each epoch on to the plugins, and remembers whether training began."""

    def __init__(self, context: RunContext, notify: Callable[..., None]) -> None:
        self.trained = False
        self._context = context
        self._notify = notify

    def on_stage(self, stage: Stage, number: int, stages: int, start: int) -> None:  # noqa: ARG002
        self.trained = True

    def on_epoch(self, report: EpochReport) -> None:
        self._notify("sat_epoch_end", run=self._context, epoch=report)
