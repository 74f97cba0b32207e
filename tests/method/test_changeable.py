"""What may change of a method after training."""

import pytest

from synth_anomaly import Pipeline, load_method
from synth_anomaly.errors import OptionError
from synth_anomaly.options import options_of
from synth_anomaly.testing import random_images


def test_a_method_that_says_nothing_lets_its_scorer_change(methods):
    class Silent(Pipeline):
        after_training = ()

    settings = Silent(**methods.SMALL).settings
    assert set(Silent.changeable(settings)) == {"batch_size", "scorer"}
    assert set(Pipeline.changeable(settings)) == {"batch_size", "scorer", "size"}


def test_what_learns_nothing_lets_everything_change(methods):
    class Learned(Pipeline):
        needs_training = False

    assert set(Learned.changeable(Learned(**methods.SMALL).settings)) == set(options_of(Learned.Settings))


def test_a_setting_of_training_cannot_change_after_it(small, tmp_path):
    made = small()
    made.fit(random_images(), device="cpu", precision="fp32")
    made.save(tmp_path)
    assert load_method(tmp_path, settings={"scorer": {"name": "sum"}}).trained
    with pytest.raises(
        OptionError, match=r"\(size, batch_size, scorer\), got steps, head: .*sat run .*steps="
    ):
        load_method(tmp_path, settings={"steps": 9, "head": "conv-decoder", "scorer": "sum"})
