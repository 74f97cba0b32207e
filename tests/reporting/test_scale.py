import numpy as np
import pytest

from synth_anomaly.reporting.scale import Scale, common_scale


def test_probabilities_are_shown_as_they_are():
    assert common_scale([np.array([[0.0, 0.2]]), np.array([[0.7]])]) == Scale(0.0, 1.0)


def test_other_maps_reach_from_zero_to_a_high_percentile():
    values = np.arange(1001, dtype=np.float32).reshape(7, 143)
    scale = common_scale([values])
    assert scale.low == 0
    assert scale.high == pytest.approx(np.percentile(values, 99.9))


def test_a_lone_peak_does_not_darken_the_rest():
    values = np.full((100, 100), 3.0, np.float32)
    values[0, 0] = 1e6
    assert common_scale([values]).high == pytest.approx(3.0)


def test_small_probabilities_are_not_shown_as_black():
    assert common_scale([np.linspace(0, 0.01, 100)[None]]).high <= 0.01


def test_negative_values_are_within_the_scale():
    assert common_scale([np.array([[-2.0, 5.0]])]).low == -2.0


@pytest.mark.parametrize("value", [0.0, -1.0, 4.0])
def test_constant_maps_have_a_scale(value):
    scale = common_scale([np.full((4, 4), value, np.float32)])
    assert scale.high > scale.low
    assert np.isfinite(scale.apply(np.full((4, 4), value, np.float32))).all()


def test_applied_values_lie_in_the_unit_interval():
    shown = Scale(-1.0, 3.0).apply(np.array([[-5.0, -1.0, 1.0, 3.0, 9.0]]))
    assert shown.dtype == np.float32
    assert shown.tolist() == [[0.0, 0.0, 0.5, 1.0, 1.0]]
