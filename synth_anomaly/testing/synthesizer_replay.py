"""Checks that what a synthesizer made can be made again: from its parameters, and from its recipe."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from synth_anomaly.catalogue import Catalogue, catalogue
from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.interfaces import Defects, Synthesizer
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.replay import Replayable
from synth_anomaly.testing.expect import expect
from synth_anomaly.testing.synthesizer_examples import (
    call,
    example_donors,
    example_guide,
    expect_alike,
    expect_equal,
)

__all__ = ["check_replay", "check_replay_of_some", "check_serialisable"]


def check_replay(synthesizer: Synthesizer, images: Tensor) -> None:
    """Its parameters make the same defects again; nothing is checked of one that can only be called."""
    if not isinstance(synthesizer, Replayable):
        return
    guide, donors = example_guide(images), example_donors(images)
    made = call(synthesizer, images, guide=guide)
    again = synthesizer.apply(images, made.parameters, guide=guide, donors=donors)
    expect_equal(made, again, "a replay from the parameters gives another result: draw all in `draw`")


def check_replay_of_some(synthesizer: Synthesizer, images: Tensor) -> None:
    """The parameters of some samples make those samples again, in a batch of their own, and of one alone.

    Nothing is checked of a synthesizer that can only be called, nor of one that contains such a one: those
    are replayed by a seed for the whole batch.
    """
    if not isinstance(synthesizer, Replayable) or any(_only_called(synthesizer)):
        return
    guide, donors = example_guide(images), example_donors(images)
    made = call(synthesizer, images, guide=guide)
    order = torch.arange(len(images)).flip(0)
    for rows in (order[::2], order[-1:], order[: len(order) // 2]):
        chosen = Parameters({name: value[rows] for name, value in made.parameters.host.items()})
        there = rows.to(images.device)
        some = synthesizer.apply(images[there], chosen, guide=guide[there], donors=donors)
        same = Defects(made.images[there], made.masks[there], chosen)
        expect_alike(same, some, "a replay of some samples gives others: keep every parameter by sample")


def check_serialisable(synthesizer: Synthesizer, images: Tensor, plugins: Catalogue | None = None) -> None:
    """A recipe can be written of it, and what the recipe builds is described alike and gives the same."""
    plugins = plugins or catalogue()
    try:
        recipe = plugins.describe("synthesizer", synthesizer)
        again = plugins.build("synthesizer", recipe)
        expect(
            plugins.describe("synthesizer", again) == recipe,
            "what its recipe builds has another recipe: keep every option as given",
        )
    except SynthAnomalyError as error:
        raise AssertionError(f"no recipe can be written of it: {error}") from error
    sentence = "what its recipe builds gives another result: keep every option as given"
    expect_equal(call(synthesizer, images), call(again, images), sentence)


def _only_called(synthesizer: Replayable) -> Iterator[bool]:
    """Yield, for each synthesizer inside this one, whether it can only be called."""
    for value in vars(synthesizer).values():
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Replayable):
                yield from _only_called(part)
            else:
                yield callable(part)
