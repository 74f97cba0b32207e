"""The generic method over how a frozen trunk's features deviate from those of good images."""

import kornia.augmentation as K
import pytest
import torch

from synth_anomaly import load_method
from synth_anomaly.errors import ComponentError, DataError, OptionError
from synth_anomaly.interfaces import Batch
from synth_anomaly.randomness import generator_for
from synth_anomaly.scorers import Distance, Gated, Memory
from synth_anomaly.testing import check_method, check_resuming, fit_small
from synth_anomaly.training import Listener

UNTRAINED = {"head": None, "bank": 0}
WITHOUT_BANK = {"bank": 0}
PLAIN = {"backbone": {"name": "resnet18", "width": 4, "out_levels": [1, 2, 3]}, "bank": 0}
KINDS = [
    {},
    WITHOUT_BANK,
    {**UNTRAINED, "scorer": "distance"},
    {**UNTRAINED, "scorer": {"name": "memory", "cells": 50}},
    {**UNTRAINED, "scorer": "distance", **PLAIN},
    {**PLAIN, "scorer": {"name": "gated", "distance": {"name": "memory", "cells": 50}}},
    {"scorer": "top-mean", "augment": "flips", "schedule": "cosine"},
    {"backbone": {"name": "deviation", "reference": "both", "trunk": PLAIN["backbone"], "prototypes": 5}},
]


@pytest.mark.parametrize("changes", KINDS)
def test_it_trains_and_predicts_and_is_the_same_once_loaded(small, good_images, changes):
    check_method(small(**changes), good_images())


@pytest.mark.parametrize("size", [(48, 96), (40, 72), (64, 32)])
@pytest.mark.parametrize("changes", [{}, {**UNTRAINED, "scorer": "distance"}])
def test_images_need_not_be_square(small, good_images, size, changes):
    check_method(small(size=size, **changes), good_images(6, *size))


@pytest.mark.parametrize("changes", [{}, WITHOUT_BANK, {"augment": K.RandomHorizontalFlip(p=0.5)}])
def test_training_that_goes_on_ends_alike(small, good_images, changes):
    check_resuming(lambda: small(**changes), good_images(), "training", 3)


class Steps(Listener):
    def __init__(self):
        self.count, self.losses = 0, []

    def on_step(self, stage, step, losses):
        self.count = step
        self.losses += losses.values()


@pytest.mark.parametrize(("changes", "count"), [({}, 3), ({**UNTRAINED, "scorer": "distance"}, 0)])
def test_without_a_head_there_are_no_steps(small, good_images, changes, count):
    steps = Steps()
    made = fit_small(small(**changes), good_images(), listeners=[steps])
    assert steps.count == count
    assert made.trained
    assert made.head is None or count


def test_without_a_head_the_scorer_alone_finds_what_is_unlike_good_images(small, good_images):
    made = small(**UNTRAINED, scorer={"name": "distance", "levels": [0]}, size=64)
    fit_small(made, good_images(12, 64, 64))
    fresh = good_images(6, 64, 64, seed=1)
    broken = fresh.copy()
    broken[:, 16:36, 30:50] = 250 - broken[:, 16:36, 30:50]
    good, bad = made.predict(fresh), made.predict(broken)
    assert bad.scores.min() > good.scores.max()
    inside = bad.maps[:, :, 16:36, 30:50].mean()
    assert inside > 2 + bad.maps[:, :, 48:].mean()


def test_training_lowers_the_loss(small, good_images):
    steps = Steps()
    fit_small(small(steps=60, bank=12, learning_rate=1e-2), good_images(), listeners=[steps])
    assert sum(steps.losses[-10:]) < 0.8 * sum(steps.losses[:10])


@pytest.mark.parametrize("steps", [1, 2, 9, 30])
def test_one_cycle_rises_and_ends_at_zero(small, steps):
    (stage,) = small(steps=steps).stages()
    trained, rates = stage.optimisers["network"], []
    for _ in range(steps):
        rates.append(trained.learning_rate)
        trained.optimiser.step()
        trained.schedule.step()
    assert trained.learning_rate < 1e-6
    assert rates[0] <= max(rates) <= 1e-3
    assert rates.index(max(rates)) <= max(1, steps // 10)


def test_a_bank_without_a_frozen_trunk_is_refused_in_one_line(small):
    with pytest.raises(
        OptionError, match="bank = 6 needs a backbone with a frozen trunk, got ResNet18"
    ) as said:
        small(backbone=PLAIN["backbone"])
    assert "\n" not in str(said.value)
    assert "bank = 0" in str(said.value)


def test_findings_say_what_is_compared_and_what_is_trained_on(small, good_images):
    made = fit_small(small(), good_images())
    assert "alignment of the good images" in made.findings()[0]
    assert made.findings()[-1].startswith("trained on ")
    remembered = fit_small(small(**UNTRAINED, scorer={"name": "memory", "cells": 9}), good_images())
    assert remembered.findings()[-1].startswith("9 of ")


def test_training_again_says_what_it_finds_once(small, good_images):
    made = fit_small(small(**UNTRAINED, scorer="memory"), good_images())
    said = list(made.findings())
    again = fit_small(small(**{**PLAIN, **UNTRAINED}, scorer={"name": "memory", "cells": 9}), good_images())
    assert len(said) == 2
    assert len(again.findings()) == 1


def test_two_pipelines_do_not_share_what_a_scorer_learns(small, good_images):
    scorer = Gated(Memory(cells=9))
    first, second = small(scorer=scorer), small(scorer=scorer)
    fit_small(first, good_images())
    assert first.scorer.distance.is_fitted
    assert not second.scorer.distance.is_fitted
    assert not scorer.distance.is_fitted
    by_name = [small(**UNTRAINED, scorer="distance") for _ in range(2)]
    fit_small(by_name[0], good_images())
    assert not by_name[1].scorer.is_fitted
    assert not Distance().is_fitted


def test_the_trunk_is_not_trained_and_has_no_gradients(small, good_images):
    made = small()
    before = {name: value.clone() for name, value in made.backbone.trunk.state_dict().items()}
    head = {name: value.clone() for name, value in made.head.state_dict().items()}
    fit_small(made, good_images())
    assert all(torch.equal(value, before[name]) for name, value in made.backbone.trunk.state_dict().items())
    assert not torch.equal(made.head.state_dict()["last.map.weight"], head["last.map.weight"])


def test_a_seed_decides_everything(small, good_images):
    first, same, other = (fit_small(small(seed=seed), good_images()).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(value, first[name]) for name, value in same.items())
    assert not torch.equal(other["head.last.map.weight"], first["head.last.map.weight"])


def test_training_lets_go_of_the_features(small, good_images):
    made = fit_small(small(), good_images())
    assert made._good is None
    assert made._bank is None


def test_panels_are_pictures_before_and_after_training(small, good_images):
    for changes in ({}, WITHOUT_BANK):
        made = fit_small(small(**changes), good_images())
        (stage,) = made.stages()
        panels = stage.panels(Batch(torch.rand(2, 3, 32, 32), torch.arange(2)), generator_for(0))
        assert set(panels) >= {"input", "defect", "mask", "map"}
        assert all(panel.shape == (2, 3, 32, 32) for panel in panels.values())


def test_untrained_and_other_sizes_are_refused_in_one_line(small, good_images):
    images = torch.rand(1, 3, 32, 32)
    with pytest.raises(ComponentError, match="has learned nothing yet"):
        small()(images)
    made = fit_small(small(), good_images())
    with pytest.raises(DataError, match="images of the size that was trained on"):
        made(torch.rand(1, 3, 64, 64))


def test_too_few_images_are_refused_in_one_line(small, good_images):
    with pytest.raises(DataError, match="at least 2 good images"):
        fit_small(small(batch_size=2), good_images(1))


def test_a_trained_one_predicts_with_another_scorer_of_the_same_map(small, good_images, tmp_path):
    made = fit_small(small(scorer="top-mean"), good_images())
    made.save(tmp_path)
    other = load_method(tmp_path, settings={"scorer": "max"})
    seen = good_images(3, seed=1)
    assert torch.equal(other.predict(seen).maps, made.predict(seen).maps)


def test_a_scorer_that_learned_is_changed_in_what_it_did_not_learn_alone(small, good_images, tmp_path):
    made = fit_small(small(scorer={"name": "gated", "base": 0.02}), good_images())
    made.save(tmp_path)
    seen = good_images(3, seed=1)
    other = load_method(tmp_path, settings={"scorer": {"name": "gated", "base": 0.5}})
    assert (other.predict(seen).maps >= made.predict(seen).maps).all()
    for scorer in ("max", "distance", {"name": "gated", "distance": {"name": "distance", "dimensions": 3}}):
        with pytest.raises(OptionError, match="train anew"):
            load_method(tmp_path, settings={"scorer": scorer})


def test_clean_rows_are_augmented_as_often_as_not(small, good_images):
    made, seen = small(augment="flips"), []

    class Spy(Listener):
        def on_step(self, stage, step, losses):
            rows = made._clean_rows(torch.arange(8), generator_for(step))
            seen.extend((rows // 8).tolist())

    fit_small(made, good_images(8), listeners=[Spy()])
    assert set(seen) == {0, 1}


def test_no_defects_are_made_where_there_is_no_head(small):
    assert small(**UNTRAINED, scorer="distance").synthesis_sizes() == ()
    assert small().synthesis_sizes() == ((32, 32),)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"crop": 0.0}, "crop is a share"),
        ({"crop": 1.5}, "crop is a share"),
        ({"bank": -1}, "bank is a number"),
    ],
)
def test_settings_out_of_range_are_refused(small, settings, message):
    with pytest.raises(OptionError, match=message):
        small(**settings)
