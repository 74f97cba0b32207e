"""A training in which no image ever gets a defect is told of, whatever the reason."""

from dataclasses import dataclass

import pytest
import torch

from synth_anomaly.guides import Constant
from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import cutpaste
from synth_anomaly.testing import fit_small, random_images

WORDS = "no defect on any of"


@dataclass(frozen=True)
class Seldom:
    """Makes a defect on each so many-th image."""

    every: int = 0

    def __call__(self, images, generator, *, guide=None, donors=None):
        masks = torch.zeros_like(images[:, :1])
        if self.every:
            drawn = torch.randint(self.every, (len(images), 1, 1, 1), generator=generator)
            masks = masks + (drawn == 0).float()
        return Defects(images * (1 - masks), masks, Parameters({}))


def notes(method):
    said = []
    fit_small(method, random_images(), warn=said.append)
    assert [line for line in method.notes if WORDS in line] == [line for line in said if WORDS in line]
    return [line for line in said if WORDS in line]


def test_empty_masks_are_told_of_once(small):
    (line,) = notes(small(synthesizer=Seldom()))
    assert "masks are empty" in line


def test_a_guide_that_leaves_no_room_is_told_of(small):
    (line,) = notes(small(synthesizer="cutpaste", guide=Constant(value=0.0)))
    assert "the guide leaves no room" in line


@pytest.mark.parametrize("synthesizer", [Seldom(every=1), Seldom(every=12), cutpaste()])
def test_what_makes_some_is_not(small, synthesizer):
    assert notes(small(synthesizer=synthesizer)) == []


def test_the_trial_leaves_training_as_it_was(small, monkeypatch):
    with_trial = fit_small(small(), random_images())
    monkeypatch.setattr("synth_anomaly.method.fitting.without_defects", lambda method, data: ())
    without = fit_small(small(), random_images())
    for one, other in zip(with_trial.parameters(), without.parameters(), strict=True):
        assert torch.equal(one, other)


def test_what_makes_no_defects_is_not_tried(small):
    made = small(
        head=None,
        backbone={"name": "deviation", "trunk": {"name": "resnet18", "width": 4}},
        scorer={"name": "distance"},
    )
    assert made.synthesis_sizes() == ()
    assert notes(made) == []
