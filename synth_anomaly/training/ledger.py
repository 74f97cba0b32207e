"""The losses of the steps since the last look, kept on the device until somebody needs the numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from synth_anomaly.errors import TrainingError

__all__ = ["Ledger"]


@dataclass
class Ledger:
    """Collects loss terms and gradient norms, and stops the run when one is not finite.

    Reading a number makes the host wait for a GPU, so numbers are read together, every few steps.

    Attributes:
        stage: The stage's name, for messages.
        latest: The last numbers read, by ``"optimiser/term"``.
    """

    stage: str
    latest: dict[str, float] = field(default_factory=dict)
    _pending: list[tuple[int, list[str], Tensor]] = field(default_factory=list)
    _sums: dict[str, float] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def record(self, step: int, optimiser: str, terms: Mapping[str, Tensor], gradient: Tensor) -> None:
        """Keep the terms of one objective and the norm of its gradient."""
        names = [f"{optimiser}/{term}" for term in terms]
        values = [term.detach().float() for term in terms.values()]
        self._pending.append((step, [*names, optimiser], torch.stack([*values, gradient.float()])))

    def settle(self) -> None:
        """Read every pending number.

        Raises:
            TrainingError: If one is not finite; names the stage, the step and the term.
        """
        pending, self._pending = self._pending, []
        if not pending:
            return
        numbers = torch.cat([values for _, _, values in pending]).tolist()
        for step, names, values in pending:
            own, numbers = numbers[: len(values)], numbers[len(values) :]
            for name, number in zip(names, own, strict=True):
                self._check(step, name, number, is_gradient=name is names[-1])
            for name, number in zip(names[:-1], own[:-1], strict=True):
                self.latest[name] = number
                self._sums[name] = self._sums.get(name, 0.0) + number
                self._counts[name] = self._counts.get(name, 0) + 1

    def means(self) -> dict[str, float]:
        """Return the mean of every term since the last call, and start anew."""
        self.settle()
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means

    def _check(self, step: int, name: str, number: float, *, is_gradient: bool) -> None:
        if math.isfinite(number):
            return
        what = f"the gradient of {name!r}" if is_gradient else f"loss term {name!r}"
        raise TrainingError(
            f"{what} became {number} in stage {self.stage!r} at step {step}: "
            "start anew with a smaller learning rate, or in fp32 (sat run RUN --precision fp32)"
        )
