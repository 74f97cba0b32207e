"""What was not trained says so once, the first time that it predicts."""

import warnings

import pytest

from synth_anomaly import Pipeline, load_method
from synth_anomaly.errors import DataError
from synth_anomaly.testing import random_images

DOUBT = "method 'segmentation' predicts with the weights that it began with: train it with fit"


def doubts(act):
    """Return what an act warns of, and where; other warnings are errors."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", ".*weights that it began with")
        act()
    return [(str(warning.message), warning.filename) for warning in caught]


def test_the_first_prediction_of_an_untrained_method_warns(small, labelled):
    made = small()
    ((said, place),) = doubts(lambda: made.predict(random_images(2)))
    assert said.startswith(DOUBT)
    assert "load_method()" in said
    assert "\n" not in said
    assert place == __file__
    assert not doubts(lambda: made.predict(random_images(2)))
    assert not doubts(lambda: made.evaluate(labelled()))


def test_the_first_evaluation_of_an_untrained_method_warns(small, labelled):
    made, said = small(), []
    assert not doubts(lambda: made.evaluate(labelled(), warn=said.append))
    assert len(said) == 1
    assert said[0].startswith(DOUBT)
    assert not doubts(lambda: made.predict(random_images(2)))
    assert [place for _, place in doubts(lambda: small().evaluate(labelled()))] == [__file__]


def test_what_could_not_be_trained_stays_untrained(tmp_path, small):
    made = small()
    with pytest.raises(DataError):
        made.fit(tmp_path, device="cpu")
    assert not made.trained
    assert len(doubts(lambda: made.predict(random_images(2)))) == 1


def test_what_was_trained_does_not_warn(tmp_path, small, labelled):
    options = {"device": "cpu", "precision": "fp32"}
    made, begun, resumed = small(), small(), small()
    made.fit(random_images(), **options)
    begun.fit(random_images(), checkpoints=tmp_path / "checkpoint", **options)
    resumed.fit(random_images(), checkpoints=tmp_path / "checkpoint", **options)
    made.save(tmp_path)
    filled = small()
    filled.load_state_dict(made.state_dict())
    for method in (made, begun, resumed, filled, load_method(tmp_path), Pipeline.load(tmp_path)):
        assert method.trained
        assert not doubts(lambda method=method: method.evaluate(labelled()))
        assert not doubts(lambda method=method: method.predict(random_images(2)))
    assert not filled.loaded


def test_a_stage_may_predict_and_what_learns_nothing_does(methods):
    class Learned(methods.Other):
        needs_training = False

    made = methods.Looks(size=16, validation=0.5)
    assert not doubts(lambda: made.fit(random_images(4, 16, 16), device="cpu", precision="fp32"))
    assert len(made.seen) == 1
    assert not doubts(lambda: Learned(size=16).predict(random_images(2, 16, 16)))
    assert len(doubts(lambda: methods.Other(size=16).predict(random_images(2, 16, 16)))) == 1
