"""A small game of two stages, to train, to stop and to take up again.

Run as a program it trains undisturbed, and then again and again in processes that are stopped on the way:

    python game.py FOLDER

writes the weights of each run to ``FOLDER/<precision>-<where it was stopped>.safetensors``.
"""

import os
import signal
import sys
import traceback
from pathlib import Path

import kornia.augmentation as K
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from synth_anomaly.data import ImageStore
from synth_anomaly.errors import Interrupted
from synth_anomaly.interfaces import Sample
from synth_anomaly.training import (
    Listener,
    Objective,
    Optimiser,
    Precision,
    Stage,
    Trainer,
    TrainingData,
    Validation,
    forked_rng,
)
from synth_anomaly.training import trainer as trainer_module

STOPS = ("middle", "boundary", "prepare", "finish", "write", "ctrl-c")
SIZE = (16, 16)


def pixels(count=6, seed=0):
    return torch.randint(0, 256, (count, 3, *SIZE), generator=torch.Generator().manual_seed(seed)).byte()


def data(count=6, *, streams=False):
    images = pixels(count)
    samples = [
        Sample(name=f"good/{row}", defect="good", read=image.permute(1, 2, 0).numpy)
        for row, image in enumerate(images)
    ]
    resident = None if streams else images
    return TrainingData(ImageStore(samples, SIZE, device=torch.device("cpu"), resident=resident, workers=1))


class Game(nn.Module):
    """A generator against a discriminator, then a detector that looks at what the generator makes."""

    def __init__(self, seed=0):
        super().__init__()
        with forked_rng(seed):
            self.generator = nn.Sequential(
                nn.Conv2d(3, 4, 3, padding=1),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.Dropout2d(0.3),
                nn.Conv2d(4, 3, 3, padding=1),
            )
            self.discriminator = nn.Sequential(
                nn.Conv2d(3, 4, 4, stride=2), nn.BatchNorm2d(4), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 4)
            )
            self.detector = nn.Sequential(
                nn.Conv2d(6, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 1, 3)
            )
        self.register_buffer("average", torch.zeros(1, 3, *SIZE))

    def stages(self):
        return Play(self).stages()


class Play:
    """The stages of a game."""

    def __init__(self, game):
        self.game = game
        self.contrast = {}

    def stages(self):
        game = self.game
        first = Adam(game.generator.parameters(), lr=1e-2, betas=(0.5, 0.999), fused=True)
        second = SGD(game.discriminator.parameters(), lr=1e-2, momentum=0.9)
        third = Adam(game.detector.parameters(), lr=1e-2)
        warm = SequentialLR(third, [LinearLR(third, 0.1, total_iters=2), CosineAnnealingLR(third, 4)], [2])
        return (
            Stage(
                name="game",
                steps=6,
                batch_size=4,
                network=nn.ModuleList([game.generator, game.discriminator]),
                optimisers={
                    "generator": Optimiser(first, CosineAnnealingLR(first, 6)),
                    "discriminator": Optimiser(second),
                },
                step=self._play,
                augment=K.RandomHorizontalFlip(p=0.5),
                validate=Validation(name="difference", figure=self._difference, every=2, patience=9),
            ),
            Stage(
                name="detector",
                steps=6,
                batch_size=4,
                network=game.detector,
                optimisers={"detector": Optimiser(third, warm)},
                step=self._detect,
                prepare=self._prepare,
                finish=self._finish,
                tensors=self.contrast,
            ),
        )

    def _play(self, batch, generator):
        noisy = batch.images + 0.1 * torch.randn(batch.images.shape, generator=generator)
        fake = self.game.generator(noisy)
        judge = self.game.discriminator
        yield Objective(
            "discriminator",
            {
                "real": F.softplus(-judge(batch.images)).mean(),
                "fake": F.softplus(judge(fake.detach())).mean(),
            },
        )
        yield Objective(
            "generator", {"deceive": F.softplus(-judge(fake)).mean(), "image": F.mse_loss(fake, batch.images)}
        )

    def _detect(self, batch, generator):
        with torch.no_grad():
            made = self.game.generator(batch.images)
        shift = torch.rand(len(made), 1, 1, 1, generator=generator)
        logits = self.game.detector(torch.cat([made + shift, self.contrast["images"][batch.index]], dim=1))
        yield Objective("detector", {"loss": logits.square().mean()})

    def _prepare(self, data, generator):
        noise = torch.rand(len(data.train), 3, *SIZE, generator=generator)
        self.contrast["images"] = self.game.generator(noise + torch.rand(1))

    def _finish(self, data):
        self.game.average.copy_(self.contrast["images"].mean(dim=0, keepdim=True))

    def _difference(self, data):
        images = data.train.batch(torch.arange(len(data.train)))
        return float(F.mse_loss(self.game.generator(images), images))


def make_trainer(game, *, precision="fp32", folder=None, listeners=(), seed=3, streams=False):
    return Trainer(
        game,
        game.stages(),
        data(streams=streams),
        seed=seed,
        device=torch.device("cpu"),
        precision=Precision(precision),
        checkpoints=folder,
        listeners=listeners,
    )


def trained(**options):
    """Return the weights of a game that was trained to the end."""
    game = Game()
    make_trainer(game, **options).run()
    return {name: value.contiguous() for name, value in game.state_dict().items()}


class Stopper(Listener):
    """Stops the process in the first or the second stage."""

    def __init__(self, where):
        self.where = where

    def on_stage(self, stage, number, stages, start):
        if self.where == "boundary" and number == 2:
            die()

    def on_step(self, stage, step, losses):
        if stage.name != "game" or step != 4:
            return
        if self.where == "middle":
            die()
        if self.where == "write":
            os.fsync = lambda _: die()
        if self.where == "ctrl-c":
            os.kill(os.getpid(), signal.SIGINT)


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def begin(folder, precision, where):
    """Train until something stops it."""
    if where in ("prepare", "finish"):
        setattr(Play, f"_{where}", die)
    run = make_trainer(Game(), precision=precision, folder=folder, listeners=[Stopper(where)])
    with run.interruption.listening():
        run.run()


def in_a_process(function, *arguments):
    """Return the exit status, 2 where the user interrupted it; the signal, negated, where one ended it."""
    process = os.fork()
    if process:
        status = os.waitpid(process, 0)[1]
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
    try:
        function(*arguments)
    except Interrupted:
        os._exit(2)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main(root):
    torch.set_num_threads(1)
    trainer_module._CHECKPOINT_SECONDS = 0.0
    for precision in ("fp32", "bf16"):
        save_file(trained(precision=precision), root / f"{precision}-never.safetensors")
        for where in STOPS:
            name = f"{precision}-{where}"
            ended = in_a_process(begin, root / name, precision, where)
            assert ended == (2 if where == "ctrl-c" else -signal.SIGKILL), (name, ended)
            assert (root / name / "state.json").is_file(), name
            save_file(trained(precision=precision, folder=root / name), root / f"{name}.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
