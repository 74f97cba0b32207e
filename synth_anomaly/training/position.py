"""How far a run has come, as a checkpoint keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from synth_anomaly.errors import RunError
from synth_anomaly.training.checkpoint import Checkpoint, flatten, load_checkpoint, save_checkpoint, unflatten
from synth_anomaly.training.stage import Stage

__all__ = ["Position"]


@dataclass
class Position:
    """A place in a run.

    Attributes:
        stage: Index of the current stage; the number of stages when all are done.
        step: Steps done in it.
        total: Steps done over all stages.
        prepared: Whether the stage's ``prepare`` is done.
        best_figure: The best figure that the stage validated.
        looks: Looks since then.
        stopped_early: Whether patience has run out.
        best: The weights at the best figure.
    """

    stage: int = 0
    step: int = 0
    total: int = 0
    prepared: bool = False
    best_figure: float = math.inf
    looks: int = 0
    stopped_early: bool = False
    best: dict[str, Tensor] = field(default_factory=dict)

    def advance(self) -> None:
        """Count a step."""
        self.step += 1
        self.total += 1

    def next_stage(self) -> Position:
        """Return the start of the stage after this one."""
        return Position(stage=self.stage + 1, total=self.total)

    def judge(self, figure: float, network: nn.Module, patience: int) -> None:
        """Keep the weights when ``figure`` is the best so far; stop early when patience runs out."""
        if figure < self.best_figure:
            self.best_figure, self.looks = figure, 0
            self.best = {name: value.detach().clone() for name, value in network.state_dict().items()}
        else:
            self.looks += 1
        self.stopped_early = self.looks >= patience

    def save(self, folder: Path, network: nn.Module, stages: Sequence[Stage]) -> None:
        """Write the network, the current stage's optimisers and tensors, and this place."""
        tensors = {f"network/{name}": value for name, value in network.state_dict().items()}
        tensors |= {f"best/{name}": value for name, value in self.best.items()}
        values = {name: value for name, value in vars(self).items() if name != "best"}
        values["stages"] = [stage.name for stage in stages]
        if self.stage < len(stages):
            stage = stages[self.stage]
            values["optimisers"] = flatten(_optimiser_states(stage), "optimisers", tensors)
            tensors |= {f"stage/{name}": value for name, value in stage.tensors.items()}
            values["on_host"] = [name for name, value in stage.tensors.items() if value.device.type == "cpu"]
        save_checkpoint(folder, Checkpoint(tensors, values))

    @classmethod
    def load(
        cls, folder: Path, network: nn.Module, stages: Sequence[Stage], device: torch.device
    ) -> Position:
        """Put a checkpoint's state into the network and the stage it stopped in, and return its place.

        Raises:
            RunError: If the checkpoint is damaged, or has other stages, optimisers or another network.
        """
        checkpoint = load_checkpoint(folder)
        if checkpoint is None:
            return cls()
        values = dict(checkpoint.values)
        names = [stage.name for stage in stages]
        if values.pop("stages", None) != names:
            raise RunError(f"the checkpoint in {folder} is of other stages than {names}: start a new run")
        optimisers = values.pop("optimisers", None)
        on_host = values.pop("on_host", ())
        try:
            network.load_state_dict(_part(checkpoint.tensors, "network"))
        except RuntimeError as error:
            reason = " ".join(str(error).split())[:300]
            raise RunError(
                f"the checkpoint in {folder} is of another network: {reason}; start a new run"
            ) from None
        position = replace(_place(values, folder), best=_part(checkpoint.tensors, "best"))
        if position.stage < len(stages):
            stage = stages[position.stage]
            for name, value in _part(checkpoint.tensors, "stage").items():
                stage.tensors[name] = value if name in on_host else value.to(device)
            try:
                _load_optimisers(stage, unflatten(optimisers, checkpoint.tensors))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
                raise RunError(
                    f"the checkpoint in {folder} does not fit the optimisers of stage {stage.name!r}: "
                    f"{reason}; start a new run"
                ) from None
        return position


def _place(values: Mapping[str, object], folder: Path) -> Position:
    """Return the place that a checkpoint's values name, and nothing that is no place."""
    fields = {name: value for name, value in vars(Position()).items() if name != "best"}
    for name in fields.keys() | values.keys():
        got, like = values.get(name), fields.get(name)
        if type(got) is not type(like) and not (isinstance(like, float) and type(got) is int):
            raise RunError(
                f"the checkpoint in {folder} is damaged, or of another version: expected {name!r} to be "
                f"{type(like).__name__ if name in fields else 'absent'}, got {got!r:.40}; start a new run"
            )
    return Position(**values)  # type: ignore[arg-type]  # each is of its field's type


def _load_optimisers(stage: Stage, states: Mapping[str, Mapping[str, Any]]) -> None:
    if states.keys() != stage.optimisers.keys():
        raise ValueError(f"expected {', '.join(stage.optimisers)}, got {', '.join(states) or 'none'}")
    for name, state in states.items():
        stage.optimisers[name].optimiser.load_state_dict(state["optimiser"])
        _lay_out_alike(stage.optimisers[name].optimiser)
        if (schedule := stage.optimisers[name].schedule) is not None:
            schedule.load_state_dict(state["schedule"])


def _optimiser_states(stage: Stage) -> dict[str, dict[str, object]]:
    return {
        name: {
            "optimiser": optimiser.optimiser.state_dict(),
            "schedule": optimiser.schedule.state_dict() if optimiser.schedule else None,
        }
        for name, optimiser in stage.optimisers.items()
    }


def _lay_out_alike(optimiser: Optimizer) -> None:
    """Give each state tensor its parameter's layout; fused optimisers pair their elements in memory order."""
    for parameter, state in optimiser.state.items():
        for name, value in state.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                state[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _part(tensors: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    prefix = f"{part}/"
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
