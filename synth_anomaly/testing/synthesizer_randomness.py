"""Checks that a synthesizer's result depends on the given generator, and on nothing else that is random."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor

from synth_anomaly.host import as_if_on_device
from synth_anomaly.interfaces import Synthesizer
from synth_anomaly.testing.expect import expect
from synth_anomaly.testing.random_state import random_states, set_random_state
from synth_anomaly.testing.synthesizer_examples import call, expect_alike, expect_equal

__all__ = ["check_in_training_step", "check_random_state", "check_same_on_cpu", "check_same_seed"]


def check_same_seed(synthesizer: Synthesizer, images: Tensor) -> None:
    """The same seed gives the same result, whatever the global random state is."""
    with set_random_state(1):
        first = call(synthesizer, images)
    with set_random_state(2):
        second = call(synthesizer, images)
    expect_equal(first, second, "the same seed must give the same result: draw from `generator` alone")


def check_same_on_cpu(synthesizer: Synthesizer, images: Tensor) -> None:
    """Parameters and masks are those that the same images get on the CPU, the masks but for rounding.

    Where the images are on the CPU, nothing can be said of other devices, but of the path that they take:
    what asks :func:`synth_anomaly.host.is_at_hand` must make the same, the images too.
    """
    on_cpu = images.device.type == "cpu"
    there = call(synthesizer, images.cpu())
    with as_if_on_device() if on_cpu else nullcontext():
        here = call(synthesizer, images)
    for name, value in there.parameters.host.items():
        same = name in here.parameters.host and torch.equal(here.parameters.host[name], value)
        expect(same, f"parameter {name!r} must be the same on every device: draw it on the CPU")
    sentence = "the same seed must make the same on every device"
    expect_alike(here, there, sentence, masks_alone=not on_cpu)


def check_in_training_step(synthesizer: Synthesizer, images: Tensor) -> None:
    """Inside autocast and with the channels last, as in a training step, the defects are the same."""
    plain = call(synthesizer, images)
    with torch.autocast(images.device.type, torch.bfloat16):
        made = call(synthesizer, images.contiguous(memory_format=torch.channels_last))
    expect_equal(plain, made, "in a training step (bfloat16 autocast, channels last) the defects are others")


def check_random_state(synthesizer: Synthesizer, images: Tensor) -> None:
    """No global random state is touched: PyTorch's, NumPy's, Python's."""
    with set_random_state(3):
        before = random_states(images.device)
        call(synthesizer, images)
        after = random_states(images.device)
    for library, state in before.items():
        expect(
            state == after[library],
            f"the global random state of {library} was used: draw from `generator` instead",
        )
