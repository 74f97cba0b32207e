"""The checks that only a synthesizer of two phases can fail: replay, and waiting for its parameters."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch

from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import Chain, Replayable, cutpaste
from synth_anomaly.testing import check_synthesizer
from synth_anomaly.testing import synthesizer as checks


@dataclass(frozen=True)
class Bar(Replayable):
    """A good synthesizer: inverts the rows from the top to a drawn one."""

    def draw(self, count, size, generator, *, donors=0):
        return Parameters({"end": torch.rand(count, generator=generator)})

    def apply(self, images, parameters, *, guide=None, donors=None):
        parameters = self.on(images, parameters)
        height = torch.linspace(0, 1, images.shape[2], device=images.device)
        masks = (height <= self.end(parameters)[:, None])[:, None, :, None].float()
        masks = masks.expand(-1, 1, -1, images.shape[3]) * (1 if guide is None else guide >= 0.5)
        return Defects(torch.where(masks > 0, 1 - images, images), masks, parameters)

    def on(self, images, parameters):
        there = all(value.device == images.device for value in parameters.values())
        return parameters if there else parameters.to(images.device)

    def end(self, parameters):
        return parameters["end"]


class DrawsWhenApplied(Bar):
    calls: ClassVar = [0]

    def end(self, parameters):
        self.calls[0] += 1
        return (parameters["end"] * self.calls[0]) % 1


class OneEndForAll(Bar):
    def end(self, parameters):
        return parameters["end"][:1].expand(len(parameters["end"]))


class BranchesOnTheDevice(Bar):
    def end(self, parameters):
        return parameters["end"] if parameters["end"].max() > 0.5 else parameters["end"] / 2


class CountsOnTheDevice(Bar):
    def end(self, parameters):
        rows = (parameters["end"] > 0.5).nonzero().squeeze(1)
        return parameters["end"].index_fill(0, rows, 0.5)


class MovesAndLooks(Bar):
    """Looks at parameters after it has moved them itself."""

    def end(self, parameters):
        moved = parameters.host["end"].to(parameters["end"].device, non_blocking=True)
        return moved if moved.max() > 0.5 else moved / 2


class CopiesFromLists(Bar):
    def end(self, parameters):
        return parameters["end"] * torch.tensor([0.5], device=parameters["end"].device)


class SpeckInSmallBatches(Bar):
    """In smaller batches a few pixels of one sample are others."""

    def apply(self, images, parameters, *, guide=None, donors=None):
        made = super().apply(images, parameters, guide=guide, donors=donors)
        if len(images) == 3:
            made.masks[0, 0, -1, :4] = 1 - made.masks[0, 0, -1, :4]
        return made


class CalledOnly:
    """Its parameters do not replay it: it is called again with a seed, for the whole batch."""

    def __call__(self, images, generator, *, guide=None, donors=None):
        bar = Bar()
        return bar.apply(images, bar.draw(len(images), images.shape[2:], generator), guide=guide)


@pytest.mark.parametrize(
    ("bad", "check", "message"),
    [
        (DrawsWhenApplied, checks.check_replay, "a replay from the parameters gives another result"),
        (OneEndForAll, checks.check_replay_of_some, r"a replay of some samples gives others.*masks differ"),
        (SpeckInSmallBatches, checks.check_replay_of_some, r"gives others.*masks differ"),
        (MovesAndLooks, checks.check_no_waiting, "waits for the device .aten._local_scalar_dense"),
        (CopiesFromLists, checks.check_no_waiting, "waits for the device .torch.tensor with a device"),
        (BranchesOnTheDevice, checks.check_no_waiting, "waits for the device .aten._local_scalar_dense"),
        (CountsOnTheDevice, checks.check_no_waiting, "waits for the device .aten.nonzero"),
    ],
)
def test_a_broken_rule_is_caught(bad, check, message):
    images = checks.example_images((32, 32))
    check(Bar(), images)
    with pytest.raises(AssertionError, match=message):
        check(bad(), images)


def test_a_good_one_passes():
    check_synthesizer(Bar())


def test_what_contains_one_that_can_only_be_called_replays_as_a_whole_batch():
    chain = Chain((cutpaste(), CalledOnly()))
    images = checks.example_images((16, 16))
    checks.check_replay(chain, images)
    checks.check_replay_of_some(chain, images)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("bad", [BranchesOnTheDevice, CountsOnTheDevice])
def test_waiting_is_caught_on_cuda(bad):
    checks.check_no_waiting(Bar(), checks.example_images((32, 32), "cuda"))
    with pytest.raises(AssertionError, match="waits for the device"):
        checks.check_no_waiting(bad(), checks.example_images((32, 32), "cuda"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_good_one_passes_on_cuda():
    check_synthesizer(Bar(), device="cuda")
