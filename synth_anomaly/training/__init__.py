"""Training: stages made of steps, on one device, resumable at any moment."""

from __future__ import annotations

from synth_anomaly.randomness import forked_rng, generator_for, seed_for
from synth_anomaly.training.interrupt import Interruption
from synth_anomaly.training.listener import Listener
from synth_anomaly.training.lock import locked
from synth_anomaly.training.memory import keep_freed_memory
from synth_anomaly.training.precision import Precision, choose_device, choose_precision, use_threads
from synth_anomaly.training.stage import Objective, Optimiser, Stage, TrainingData, Validation
from synth_anomaly.training.trainer import Trainer

__all__ = [
    "Interruption",
    "Listener",
    "Objective",
    "Optimiser",
    "Precision",
    "Stage",
    "Trainer",
    "TrainingData",
    "Validation",
    "choose_device",
    "choose_precision",
    "forked_rng",
    "generator_for",
    "keep_freed_memory",
    "locked",
    "seed_for",
    "use_threads",
]
