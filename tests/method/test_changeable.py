"""What may change of a method after training."""

import pytest

from synth_anomaly import Pipeline, load_method
from synth_anomaly.errors import OptionError
from synth_anomaly.options import options_of
from synth_anomaly.testing import random_images


def test_a_method_that_says_nothing_lets_its_scorer_change():
    class Silent(Pipeline):
        after_training = ()

    assert set(Silent.changeable()) == {"batch_size", "scorer"}
    assert set(Pipeline.changeable()) == {"batch_size", "scorer", "size"}


def test_what_learns_nothing_lets_everything_change():
    class Learned(Pipeline):
        needs_training = False

    assert set(Learned.changeable()) == set(options_of(Learned.Settings))


def test_a_method_may_refuse_a_value_by_what_it_was_trained_with(methods, tmp_path, monkeypatch):
    class Growing(methods.Other):
        after_training = ("size",)

        @classmethod
        def check_change(cls, trained, changed):
            if changed.size < trained.size:
                raise ValueError(f"size must be at least {trained.size}, got {changed.size}: leave it out")

    monkeypatch.setattr(methods, "Growing", Growing, raising=False)
    Growing.__module__, Growing.__qualname__ = methods.__name__, "Growing"
    Growing(size=32).save(tmp_path)
    assert load_method(tmp_path, settings={"size": 64}, allow_code=True).settings.size == 64
    with pytest.raises(OptionError, match=r"^method '.*Growing': size must be at least 32, got 16: leave"):
        load_method(tmp_path, settings={"size": 16}, allow_code=True)


def test_a_setting_of_training_cannot_change_after_it(small, tmp_path):
    made = small()
    made.fit(random_images(), device="cpu", precision="fp32")
    made.save(tmp_path)
    assert load_method(tmp_path, settings={"scorer": {"name": "sum"}}).trained
    with pytest.raises(
        OptionError, match=r"\(size, batch_size, scorer\), got steps, head: .*sat run .*steps="
    ):
        load_method(tmp_path, settings={"steps": 9, "head": "conv-decoder", "scorer": "sum"})
