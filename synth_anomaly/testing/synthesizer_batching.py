"""Checks that a synthesizer computes whole batches, and never waits for the device."""

from __future__ import annotations

from functools import partial

from torch import Tensor

from synth_anomaly.interfaces import Synthesizer
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers.replay import Replayable
from synth_anomaly.testing.expect import expect
from synth_anomaly.testing.operations import count_operations
from synth_anomaly.testing.synthesizer_examples import call, example_donors, example_guide, generator_of
from synth_anomaly.testing.waiting import forbid_waiting

__all__ = ["check_batched", "check_no_waiting"]

_TIMES = (40, 60)


def check_batched(synthesizer: Synthesizer, images: Tensor) -> None:
    """More images take no more operations: nothing loops over them.

    Both batches are large enough to reach nearly every branch of a synthesizer that chooses; a branch that
    only the larger one reaches costs less than the one operation for each added image that is allowed.
    """
    batches = (images.repeat(times, 1, 1, 1) for times in _TIMES)
    few, many = (count_operations(partial(call, synthesizer, batch)) for batch in batches)
    less, more = (times * len(images) for times in _TIMES)
    expect(
        many - few < more - less,
        f"something loops over the images: {less} of them take {few} operations, {more} take {many}",
    )


def check_no_waiting(synthesizer: Synthesizer, images: Tensor) -> None:
    """No value is copied from the device to the host; on the CPU, none would be."""
    call(synthesizer, images)  # what is made once for a device may wait
    guide, donors = example_guide(images), example_donors(images)
    on_device = [images, guide, donors]
    if not isinstance(synthesizer, Replayable):
        with forbid_waiting(images.device, on_device):
            synthesizer(images, generator_of(0), guide=guide, donors=donors)
        return
    size = (images.shape[2], images.shape[3])
    drawn = synthesizer.draw(len(images), size, generator_of(0), donors=len(donors))
    copies = {name: value.to(images.device, copy=True) for name, value in drawn.host.items()}
    with forbid_waiting(images.device, [*on_device, *copies.values()]):
        synthesizer.apply(images, Parameters(drawn.host, copies), guide=guide, donors=donors)
