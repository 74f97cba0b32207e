"""Trains a small AMGAD undisturbed, and again in processes that are killed on the way.

    python killed.py FOLDER

writes the weights of each run to ``FOLDER/<precision>-<where it was killed>.safetensors``.
"""

import os
import signal
import sys
import traceback
from pathlib import Path

import numpy as np
import torch
from sat_amgad.method import AMGAD

from synth_anomaly.training import Listener, trainer

SETTINGS = {
    "size": 32,
    "batch_size": 2,
    "steps": 4,
    "adgan_steps": 4,
    "adgan_batch_size": 3,
    "schedule": "cosine",
    "augment": "flips",
    "backbone": {"name": "resnet18", "width": 4, "out_levels": [3], "small_images": True},
    "latent_channels": 4,
    "decoder_channels": [4, 4],
    "discriminator_width": 4,
    "adgan_width": 4,
    "synthetic_weight": 1.0,
    "average": 0.9,
}


class Killer(Listener):
    """Ends the process when a stage begins or before a step is saved."""

    def __init__(self, stage, step):
        self.place = stage, step

    def on_stage(self, stage, number, stages, start):
        self._at(stage.name, 0)

    def on_step(self, stage, step, losses):
        self._at(stage.name, step)

    def _at(self, *place):
        if place == self.place:
            os.kill(os.getpid(), signal.SIGKILL)


def train(folder, precision, listeners=()):
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), np.uint8)
    method = AMGAD("paper", seed=2, **SETTINGS)
    return method.fit(images, device="cpu", precision=precision, checkpoints=folder, listeners=listeners)


def killed(*arguments):
    """Train in a process of its own; return whether it was killed."""
    process = os.fork()
    if process:
        return os.WIFSIGNALED(os.waitpid(process, 0)[1])
    try:
        train(*arguments)
    except BaseException:
        traceback.print_exc()
    os._exit(0)


def main(root):
    torch.set_num_threads(1)
    trainer._CHECKPOINT_SECONDS = 0.0
    for precision in ("fp32", "bf16"):
        weights = root / f"{precision}-never"
        weights.mkdir()
        train(None, precision).save_weights(weights)
        for stage, step in (("attention", 3), ("adgan", 0), ("adgan", 3)):
            folder = root / f"{precision}-{stage}-{step}"
            assert killed(folder / "checkpoint", precision, [Killer(stage, step)]), folder.name
            train(folder / "checkpoint", precision).save_weights(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
