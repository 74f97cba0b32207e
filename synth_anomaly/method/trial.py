"""A trial of a method's synthesizers before the first step: a training without any defect learns nothing."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.interfaces import Size, Synthesizer
from synth_anomaly.method.definition import MethodDefinition
from synth_anomaly.options import options_of
from synth_anomaly.randomness import generator_for, seed_for
from synth_anomaly.training import TrainingData, forked_rng

__all__ = ["without_defects"]

_BATCHES = (2, 2, 4, 8, 16, 32, 64, 128)
"""Images of one batch after another; the first one that shows a defect ends the trial."""

_ROOM = 128


@torch.no_grad()
def without_defects(method: MethodDefinition, data: TrainingData) -> tuple[str, ...]:
    """Return that no image gets a defect, in a line, where that is so; usually two images tell.

    The synthesizers among a method's settings are tried on its training images and their guides, at the
    sizes of images that it corrupts. What training draws does not depend on it.

    Args:
        method: A method that is about to be trained.
        data: Its images.
    """
    synthesizers, sizes = _synthesizers(method), method.synthesis_sizes()
    if not (synthesizers and sizes):
        return ()
    with forked_rng(seed_for(method.seed, "trial")):
        try:
            for number, count in enumerate(_BATCHES):
                if any(_shows_one(synthesizers, data, method.seed, number, count, size) for size in sizes):
                    return ()
        except SynthAnomalyError:  # training comes to the same, and says so
            return ()
    guides = data.train.guides
    closed = guides is not None and int(guides.max()) < _ROOM
    why = "the guide leaves no room for one on any image" if closed else "their masks are empty"
    return (
        f"no defect on any of {sum(_BATCHES)} images in a trial of the synthesizer: {why}, and training "
        "without defects learns nothing; look at what is made with sat synth",
    )


def _synthesizers(method: MethodDefinition) -> list[Synthesizer]:
    found: list[Synthesizer] = []
    for name, option in options_of(type(method).Settings).items():
        if option.kind == "synthesizer" and (value := getattr(method.settings, name, None)) is not None:
            found += value if option.many else [value]
    return found


def _shows_one(
    synthesizers: Sequence[Synthesizer], data: TrainingData, seed: int, number: int, count: int, size: Size
) -> bool:
    generator = generator_for(seed, "trial", number)
    rows = torch.randint(len(data.train), (count,), generator=generator)
    images, guide = data.train.batch(rows), data.train.guide_batch(rows)
    images, guide = _at(images, size), None if guide is None else _at(guide, size)
    return any(bool(made(images, generator, guide=guide, donors=images).masks.any()) for made in synthesizers)


def _at(images: Tensor, size: Size) -> Tensor:
    same = tuple(images.shape[2:]) == tuple(size)
    return images if same else F.interpolate(images, size=tuple(size), mode="area")
