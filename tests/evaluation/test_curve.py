import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_anomaly.errors import DataError
from synth_anomaly.evaluation import curve
from synth_anomaly.evaluation.curve import iou_curve
from synth_anomaly.evaluation.pixel import pixel_iou_max


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    levels=st.sampled_from([1, 4, 10, 2**40]),
    dtype=st.sampled_from(["f2", "f4", "f8"]),
)
def test_equals_counting_pixels(seed, levels, dtype):
    rng = np.random.default_rng(seed)
    masks = rng.random((3, 6, 7)) < 0.3
    masks[0, 0, 0] = True
    maps = (rng.integers(0, levels, masks.shape) / levels).astype(dtype)
    # Tenths are no float32: the threshold 0.3 lies between two of them, and maps of 0.3 on one side.
    thresholds = np.concatenate([np.arange(-1, 12) / 10, maps.astype(np.float64).ravel(), rng.random(20)])
    predicted = maps.astype(np.float64) >= thresholds[:, None, None, None]
    union = np.sum(predicted | masks, axis=(1, 2, 3))
    expected = np.sum(predicted & masks, axis=(1, 2, 3)) / union
    assert np.array_equal(iou_curve(maps, masks, thresholds), expected)


def test_its_maximum_over_all_scores_is_iou_max():
    rng = np.random.default_rng(0)
    masks = rng.random((2, 15, 15)) < 0.2
    maps = rng.random(masks.shape, dtype=np.float32) + 0.3 * masks
    best, threshold = pixel_iou_max(maps, masks)
    assert iou_curve(maps, masks, maps.ravel()).max() == best
    assert iou_curve(maps, masks, threshold) == best


def test_extreme_thresholds():
    masks = np.array([[[True, False]]])
    maps = np.array([[[0.5, 0.25]]], dtype=np.float32)
    assert iou_curve(maps, masks, [-np.inf, -1e300, 1e300, np.inf]).tolist() == [0.5, 0.5, 0.0, 0.0]


def test_shape_follows_the_thresholds():
    masks, maps = np.array([[[True, False]]]), np.array([[[0.5, 0.25]]])
    assert iou_curve(maps, masks, 0.5).shape == ()
    assert iou_curve(maps, masks, []).shape == (0,)
    assert iou_curve(maps, masks, np.zeros((2, 3))).shape == (2, 3)


def test_good_images_alone_give_zero_then_nan():
    curve_of_good = iou_curve(np.full((1, 2, 2), 0.5), np.zeros((1, 2, 2), dtype=bool), [0.4, 0.6])
    assert np.array_equal(curve_of_good, [0.0, np.nan], equal_nan=True)


def test_nan_thresholds_are_refused():
    with pytest.raises(DataError, match="got a nan"):
        iou_curve(np.zeros((1, 2, 2)), np.zeros((1, 2, 2), dtype=bool), [0.1, np.nan])


def test_examples_in_the_documentation():
    assert doctest.testmod(curve).failed == 0
