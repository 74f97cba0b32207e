"""The training loop: stages, steps, objectives. It knows nothing of any paper."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from synth_anomaly.augmentation import augment_alike
from synth_anomaly.errors import TrainingError
from synth_anomaly.interfaces import Batch, EpochReport
from synth_anomaly.randomness import batch_index, forked_rng, generator_for, seed_for
from synth_anomaly.training.interrupt import Interruption
from synth_anomaly.training.ledger import Ledger
from synth_anomaly.training.listener import Listener
from synth_anomaly.training.position import Position
from synth_anomaly.training.precision import Precision
from synth_anomaly.training.stage import Objective, Stage, TrainingData

__all__ = ["Trainer"]

_SETTLE_EVERY = 10
_CHECKPOINT_SECONDS = 60.0


@dataclass
class Trainer:
    """Trains a method's stages.

    Attributes:
        network: The whole method; what checkpoints keep.
        stages: Its stages, in order.
        data: The good images.
        seed: The run's seed.
        device: Where to compute.
        precision: In which numbers.
        checkpoints: The folder to keep a checkpoint in; None keeps none.
        listeners: What is told of the progress.
        interruption: Asked between steps whether to stop.
    """

    network: nn.Module
    stages: Sequence[Stage]
    data: TrainingData
    seed: int
    device: torch.device
    precision: Precision
    checkpoints: Path | None = None
    listeners: Sequence[Listener] = ()
    interruption: Interruption = field(default_factory=Interruption)

    def __post_init__(self) -> None:
        self._position = Position()
        self._saved_at = time.monotonic()

    def run(self) -> None:
        """Train to the end, from the checkpoint where there is one.

        Raises:
            TrainingError: If a loss or a gradient is not finite, or an objective names no optimiser.
            Interrupted: If the user asked to stop; the checkpoint, where there is one, holds everything done.
        """
        self._lay_out(self.precision.memory_format)
        if self.checkpoints is not None:
            self._position = Position.load(self.checkpoints, self.network, self.stages, self.device)
        while self._position.stage < len(self.stages):
            self._run_stage(self.stages[self._position.stage])
        self.network.eval()
        # The layout decides rounding: what was just trained must predict as it does once loaded from a file.
        self._lay_out(torch.contiguous_format)

    def _run_stage(self, stage: Stage) -> None:
        for listener in self.listeners:
            listener.on_stage(stage, self._position.stage + 1, len(self.stages), self._position.step)
        if stage.begin:
            with self._evaluating(stage, "begin"):
                stage.begin(self.data)
        if stage.prepare and not self._position.prepared:
            with self._evaluating(stage, "prepare"):
                stage.prepare(self.data, generator_for(self.seed, stage.name, "prepare"))
        self._position.prepared = True
        self._train(stage)
        if self._position.best:
            self.network.load_state_dict(self._position.best)
        if stage.finish:
            with self._evaluating(stage, "finish"):
                stage.finish(self.data)
        self._position = self._position.next_stage()
        self._save()
        for listener in self.listeners:
            listener.on_stage_end(stage)
        if self.interruption.requested:
            self.interruption.stop(kept=self.checkpoints is not None)

    def _train(self, stage: Stage) -> None:
        ledger = Ledger(stage.name)
        count = len(self.data.train)
        per_epoch = max(1, count // stage.batch_size)
        clock, since = time.monotonic(), self._position.step
        images = self._images(stage)
        self._training_mode(stage)
        while self._position.step < stage.steps and not self._position.stopped_early:
            step = self._position.step
            self._step(stage, self._batch(stage, step, next(images)), ledger)
            self._position.advance()
            done = self._position.step
            if done % _SETTLE_EVERY == 0 or self.device.type == "cpu":
                ledger.settle()
            for listener in self.listeners:
                listener.on_step(stage, done, ledger.latest)
            figures = self._validate(stage, ledger)
            if done % per_epoch == 0 or done == stage.steps or figures:
                rate = (done - since) * stage.batch_size / max(time.monotonic() - clock, 1e-9)
                self._report(stage, ledger, rate, figures)
                clock, since = time.monotonic(), done
            self._keep(ledger)

    def _step(self, stage: Stage, batch: Batch, ledger: Ledger) -> None:
        step = self._position.step
        generator = generator_for(self.seed, stage.name, step)
        with forked_rng(seed_for(self.seed, stage.name, step, "modules"), self.device):
            objectives = stage.step(batch, generator)
            while (objective := self._next(objectives)) is not None:
                self._minimise(stage, step, objective, ledger)
        for optimiser in stage.optimisers.values():
            if optimiser.schedule is not None:
                optimiser.schedule.step()

    def _next(self, objectives: Iterator[Objective]) -> Objective | None:
        # Left before backward, so that no weights cast before an optimiser's step are used after it.
        with self.precision.autocast(self.device):
            return next(objectives, None)

    def _minimise(self, stage: Stage, step: int, objective: Objective, ledger: Ledger) -> None:
        optimiser = stage.optimisers.get(objective.optimiser)
        if optimiser is None:
            known = ", ".join(stage.optimisers)
            raise TrainingError(
                f"stage {stage.name!r} yielded an objective for {objective.optimiser!r}, "
                f"expected one of its optimisers: {known}"
            )
        parameters = optimiser.parameters
        total = torch.stack([term.float() for term in objective.terms.values()]).sum()
        if parameters and total.requires_grad:
            total.backward(inputs=parameters)  # type: ignore[no-untyped-call]
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if not gradients:
            raise TrainingError(
                f"the objective for {objective.optimiser!r} in stage {stage.name!r} depends on no parameter "
                "of that optimiser: compute its terms with the optimiser's own network, and detach less"
            )
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)).float())
        ledger.record(step, objective.optimiser, objective.terms, norm)
        optimiser.optimiser.step()
        optimiser.optimiser.zero_grad(set_to_none=True)

    def _images(self, stage: Stage) -> Iterator[Tensor]:
        """Yield the images of each step to come; what is streamed is read ahead."""
        steps = range(self._position.step, stage.steps)
        return self.data.train.batches(self._index(stage, step) for step in steps)

    def _index(self, stage: Stage, step: int) -> Tensor:
        return batch_index(self.seed, stage.name, step, stage.batch_size, len(self.data.train))

    def _batch(self, stage: Stage, step: int, images: Tensor) -> Batch:
        index = self._index(stage, step)
        guide = self.data.train.guide_batch(index)
        if stage.augment is not None:
            seed = seed_for(self.seed, stage.name, step, "augment")
            images, guide = augment_alike(stage.augment, images, guide, seed=seed)
        return Batch(images.contiguous(memory_format=self.precision.memory_format), index, guide)

    def _validate(self, stage: Stage, ledger: Ledger) -> dict[str, float]:
        check = stage.validate
        if check is None or self._position.step % check.every:
            return {}
        ledger.settle()
        with self._evaluating(stage, self._position.step):
            figure = check.figure(self.data)
        if math.isnan(figure):
            raise TrainingError(
                f"figure {check.name!r} became nan in stage {stage.name!r} at step {self._position.step}: "
                "look at what computes it"
            )
        self._position.judge(figure, self.network, check.patience)
        return {check.name: figure}

    def _report(self, stage: Stage, ledger: Ledger, rate: float, figures: Mapping[str, float]) -> None:
        report = EpochReport(
            stage=stage.name,
            epoch=self._position.step * stage.batch_size // len(self.data.train),
            step=self._position.total,
            losses=ledger.means(),
            learning_rates={name: optimiser.learning_rate for name, optimiser in stage.optimisers.items()},
            images_per_second=rate,
            figures=figures,
            panels=partial(self._panels, stage, self._position.step),
        )
        for listener in self.listeners:
            listener.on_epoch(report)

    def _panels(self, stage: Stage, step: int) -> Mapping[str, Tensor]:
        if stage.panels is None:
            return {}
        with self._evaluating(stage, step):
            batch = self._batch(stage, 0, self.data.train.batch(self._index(stage, 0)))
            return stage.panels(batch, generator_for(self.seed, stage.name, "panels"))

    def _keep(self, ledger: Ledger) -> None:
        """Save a checkpoint when it is time to, or when the user asked to stop."""
        asked = self.interruption.requested
        if not asked and time.monotonic() - self._saved_at < _CHECKPOINT_SECONDS:
            return
        ledger.settle()
        self._save()
        if asked:
            self.interruption.stop(kept=self.checkpoints is not None)

    def _save(self) -> None:
        if self.checkpoints is not None:
            self._position.save(self.checkpoints, self.network, self.stages)
        self._saved_at = time.monotonic()

    def _lay_out(self, layout: torch.memory_format) -> None:
        self.network.to(self.device).to(memory_format=layout)  # type: ignore[call-overload]

    def _training_mode(self, stage: Stage) -> None:
        self.network.eval()
        stage.network.train()

    @contextmanager
    def _evaluating(self, stage: Stage, place: int | str) -> Iterator[None]:
        self.network.eval()
        with torch.no_grad(), forked_rng(seed_for(self.seed, stage.name, place, "evaluate"), self.device):
            yield
        self._training_mode(stage)
