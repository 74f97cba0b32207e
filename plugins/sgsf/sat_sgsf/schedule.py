"""How long a stage is, and how its learning rate falls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from torch import Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, MultiStepLR

from synth_anomaly.training import Optimiser

__all__ = ["adam", "steps_of"]


def steps_of(epochs: int, images: int, batch_size: int) -> int:
    """Return how many steps show all images ``epochs`` times.

    Example:
        >>> steps_of(800, 209, 16)
        10450
    """
    return max(1, ceil(epochs * images / batch_size))


def adam(
    parameters: Iterable[Tensor], learning_rate: float, steps: int, drops: Sequence[float], factor: float
) -> Optimiser:
    """Return Adam whose learning rate falls by a factor at each of some shares of the steps.

    Args:
        parameters: What it moves.
        learning_rate: At the start.
        steps: How many steps the stage has.
        drops: Ascending shares in (0, 1); none is a cosine down to 0.
        factor: What the rate is multiplied by.
    """
    optimiser = Adam(parameters, lr=learning_rate, fused=True)
    schedule: LRScheduler
    if drops:
        schedule = MultiStepLR(optimiser, [round(share * steps) for share in drops], factor)
    else:
        schedule = CosineAnnealingLR(optimiser, steps)
    return Optimiser(optimiser, schedule)
