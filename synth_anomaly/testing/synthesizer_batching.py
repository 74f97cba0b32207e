"""Checks that a synthesizer computes whole batches, and never waits for the device."""

from __future__ import annotations

from functools import partial

from torch import Tensor

from synth_anomaly.host import as_if_on_device
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

    Code that asks `synth_anomaly.host.is_at_hand` takes the device's path: where calls cost little and
    memory much, as on a CPU, it may go from image to image.

    Both batches are large enough to reach nearly every branch of a synthesizer that chooses; a branch that
    only the larger one reaches costs less than the one operation for each added image that is allowed.
    """
    batches = (images.repeat(times, 1, 1, 1) for times in _TIMES)
    with as_if_on_device():
        few, many = (count_operations(partial(call, synthesizer, batch)) for batch in batches)
    less, more = (times * len(images) for times in _TIMES)
    expect(
        many - few < more - less,
        f"something loops over the images: {less} of them take {few} operations, {more} take {many}",
    )


def check_no_waiting(synthesizer: Synthesizer, images: Tensor) -> None:
    """Drawing and applying copy no value from the device to the host, nor make the host wait in another way.

    On CUDA that is what PyTorch itself says of both together, as a training step calls them. On the CPU
    images, guide, donors, and parameters once they are moved, stand for tensors on a device, with all that
    is computed of them; what reads their values, or needs them to know a shape, is an error. That a copy to
    the device waits, as one from memory that is not pinned does, is seen on CUDA alone. Code that asks
    `synth_anomaly.host.is_at_hand` takes the device's path.
    """
    call(synthesizer, images)  # what is made once for a device may wait
    guide, donors = example_guide(images), example_donors(images)
    on_device = [images, guide, donors]
    if not isinstance(synthesizer, Replayable) or images.device.type == "cuda":
        with forbid_waiting(images.device, on_device):
            synthesizer(images, generator_of(0), guide=guide, donors=donors)
        return
    with forbid_waiting(images.device, on_device):
        size = (images.shape[2], images.shape[3])
        drawn = synthesizer.draw(len(images), size, generator_of(0), donors=len(donors))
    # as they are drawn, and as they are when code has moved them that looks for their device first
    copies = {name: value.clone() for name, value in drawn.host.items()}
    for given, there in ((drawn, {}), (Parameters(drawn.host, copies), copies)):
        with forbid_waiting(images.device, [*on_device, *there.values()], follows_copies=True):
            synthesizer.apply(images, given, guide=guide, donors=donors)
