"""What a method tells the trainer: its stages, and the objectives of a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field

from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from synth_anomaly.data import ImageStore
from synth_anomaly.interfaces import Augmentation, Batch, Report

__all__ = ["Objective", "Optimiser", "Stage", "TrainingData", "Validation"]


@dataclass(frozen=True)
class TrainingData:
    """The good images of a run.

    Attributes:
        train: The images to train on.
        validation: Good images held back; None where the method trains on all.
        report: Called with what a stage makes of the images before its first step, and how far it is.
    """

    train: ImageStore
    validation: ImageStore | None = None
    report: Report = lambda *_: None


@dataclass(frozen=True)
class Objective:
    """What one optimiser makes small.

    Attributes:
        optimiser: Its name among the stage's.
        terms: The loss terms by name, scalars that carry their weights; their sum is minimised.
    """

    optimiser: str
    terms: Mapping[str, Tensor]


@dataclass(frozen=True)
class Optimiser:
    """An optimiser and the schedule of its learning rate, stepped together."""

    optimiser: Optimizer
    schedule: LRScheduler | None = None

    @property
    def parameters(self) -> list[Tensor]:
        """The parameters that it moves; frozen ones are not among them."""
        return [
            parameter
            for group in self.optimiser.param_groups
            for parameter in group["params"]
            if parameter.requires_grad
        ]

    @property
    def learning_rate(self) -> float:
        """The learning rate of its first group."""
        return float(self.optimiser.param_groups[0]["lr"])


@dataclass(frozen=True, kw_only=True)
class Validation:
    """A figure that a stage watches; the weights at its best are the ones that stay.

    Attributes:
        name: The figure's name.
        figure: Computes it on the held-back images; lower is better.
        every: Steps between two looks.
        patience: Looks without a better figure before the stage ends.
    """

    name: str
    figure: Callable[[TrainingData], float]
    every: int
    patience: int


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of training.

    Attributes:
        name: Unique among the method's stages.
        steps: How many steps it takes.
        batch_size: Images a step.
        network: The modules in training mode; everything else of the method is in evaluation mode.
        optimisers: By the names that objectives use.
        step: Yields a step's objectives in order; the trainer minimises one before it asks for the next.
        augment: Applied to the images and their guide before each step.
        begin: Called before the first step, and again each time training goes on from a checkpoint: it makes
            what is not kept, such as features of the good images, and must make the same each time.
        prepare: Called once before the first step; what it finds out goes into ``tensors``.
        validate: Decides when to stop early and which weights stay.
        finish: Called once after the last step.
        tensors: The stage's own tensors; checkpoints keep them while it lasts. What a later stage needs is
            a buffer of the method.
        panels: Image panels of a batch for TensorBoard, ``(B, 3, H, W)`` in [0, 1] by name.
    """

    name: str
    steps: int
    batch_size: int
    network: nn.Module
    optimisers: Mapping[str, Optimiser]
    step: Callable[[Batch, Generator], Iterator[Objective]]
    augment: Augmentation | None = None
    begin: Callable[[TrainingData], None] | None = None
    prepare: Callable[[TrainingData, Generator], None] | None = None
    validate: Validation | None = None
    finish: Callable[[TrainingData], None] | None = None
    tensors: MutableMapping[str, Tensor] = field(default_factory=dict)
    panels: Callable[[Batch, Generator], Mapping[str, Tensor]] | None = None
