import doctest
import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from synth_anomaly.evaluation import pixel
from synth_anomaly.evaluation.pixel import (
    PixelMetrics,
    pixel_ap,
    pixel_aupro,
    pixel_auroc,
    pixel_iou_max,
    pixel_metrics,
)


def draw_set(seed, levels, images=3):
    """Return maps and masks of different sizes with both classes; levels is how many scores there are."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 14, (images, 2))
    masks = [rng.random(size) < rng.choice([0.0, 0.1, 0.6]) for size in sizes]
    masks.append(np.eye(2, dtype=bool))
    maps = [rng.integers(0, levels, mask.shape) / levels + 0.1 * mask for mask in masks]
    return [scores.astype(rng.choice(["f4", "f8"])) for scores in maps], masks


def flat(maps, masks):
    return tuple(np.concatenate([array.ravel() for array in arrays]) for arrays in (masks, maps))


def iou_at(maps, masks, threshold):
    labels, scores = flat(maps, masks)
    return np.sum(labels & (scores >= threshold)) / np.sum(labels | (scores >= threshold))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), levels=st.sampled_from([1, 2, 5, 255, 2**40]))
def test_equals_scikit_learn(seed, levels):
    maps, masks = draw_set(seed, levels)
    labels, scores = flat(maps, masks)

    metrics = pixel_metrics(maps, masks)

    thresholds = precision_recall_curve(labels, scores)[2]
    best_iou = max(iou_at(maps, masks, threshold) for threshold in thresholds)
    assert metrics.auroc == pytest.approx(roc_auc_score(labels, scores), abs=1e-9)
    assert metrics.ap == pytest.approx(average_precision_score(labels, scores), abs=1e-9)
    assert metrics.iou_max == pytest.approx(best_iou, abs=1e-9)
    assert iou_at(maps, masks, metrics.iou_threshold) == metrics.iou_max


@pytest.mark.parametrize("levels", [3, 2**40])
def test_single_functions_equal_the_whole(levels):
    maps, masks = draw_set(5, levels)
    metrics = pixel_metrics(maps, masks)
    singles = pixel_auroc(maps, masks), pixel_ap(maps, masks), pixel_aupro(maps, masks)
    assert (*singles, *pixel_iou_max(maps, masks)) == astuple(metrics)


def test_one_array_equals_a_list():
    rng = np.random.default_rng(0)
    maps, masks = rng.random((4, 9, 7)), rng.random((4, 9, 7)) < 0.2
    assert pixel_metrics(maps, masks) == pixel_metrics(list(maps), list(masks))


def test_strided_and_read_only_arrays_are_accepted():
    rng = np.random.default_rng(0)
    maps, masks = rng.random((4, 9, 7)), rng.random((4, 9, 7)) < 0.2
    maps.flags.writeable = masks.flags.writeable = False
    before = maps.copy()
    turned = pixel_metrics(maps[:, ::-1].swapaxes(1, 2), masks[:, ::-1].swapaxes(1, 2))
    assert astuple(turned) == pytest.approx(astuple(pixel_metrics(maps, masks)), abs=1e-12)
    assert np.array_equal(maps, before)


def test_perfect_maps_reach_one():
    masks = np.random.default_rng(0).random((3, 16, 16)) < 0.1
    maps = masks + np.random.default_rng(1).random(masks.shape) * 0.5
    metrics = pixel_metrics(maps, masks)
    assert astuple(metrics)[:4] == (1.0, 1.0, 1.0, 1.0)
    assert metrics.iou_threshold == maps[masks].min()


def test_inverse_maps_are_worst():
    masks = np.random.default_rng(0).random((3, 16, 16)) < 0.1
    metrics = pixel_metrics(1.0 - masks, masks)
    assert (metrics.auroc, metrics.aupro_30) == (0.0, 0.0)
    assert metrics.iou_max == metrics.ap == pytest.approx(masks.mean())


def test_constant_maps_are_chance():
    masks = np.random.default_rng(0).random((3, 16, 16)) < 0.1
    metrics = pixel_metrics(np.full(masks.shape, 0.25), masks)
    chance = PixelMetrics(auroc=0.5, ap=masks.mean(), aupro_30=0.15, iou_max=masks.mean(), iou_threshold=0.25)
    assert astuple(metrics) == pytest.approx(astuple(chance), abs=1e-12)


def test_negative_zero_ties_with_zero():
    masks = [np.array([[True, False, True, False]])]
    signed = np.array([[-0.0, 0.0, 0.0, -0.0]], dtype=np.float32)
    assert pixel_metrics([signed], masks) == pixel_metrics([abs(signed)], masks)


@pytest.mark.parametrize("levels", [7, 4096])
def test_increasing_transforms_change_nothing(levels):
    rng = np.random.default_rng(levels)
    masks = rng.random((3, 20, 20)) < 0.2
    maps = rng.integers(0, levels, masks.shape) / levels
    before = pixel_metrics(maps, masks)
    for transform in (np.exp, np.sqrt, lambda scores: 3 * scores - 1e3, lambda scores: scores.astype("f4")):
        assert astuple(pixel_metrics(transform(maps), masks))[:4] == astuple(before)[:4]


def test_iou_threshold_is_the_highest_of_equals():
    masks = [np.array([[True, True, False, False]])]
    assert pixel_iou_max([np.array([[0.9, 0.6, 0.8, 0.7]])], masks) == (0.5, 0.9)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_agree_on_scores_that_all_hold(dtype):
    rng = np.random.default_rng(3)
    masks = rng.random((2, 12, 12)) < 0.2
    maps = rng.integers(0, 256, masks.shape) / 256
    assert pixel_metrics(maps.astype(dtype), masks) == pixel_metrics(maps, masks)


def test_float64_scores_closer_than_float32_are_told_apart():
    maps = np.array([[[1.0, 1.0 + 1e-12]]])
    assert pixel_auroc(maps, np.array([[[False, True]]])) == 1.0


@pytest.mark.parametrize("value", [False, True])
def test_one_class_alone_gives_nan(value):
    metrics = pixel_metrics(np.random.default_rng(0).random((2, 4, 4)), np.full((2, 4, 4), value))
    assert all(math.isnan(number) for number in astuple(metrics))


def test_no_pixels_give_nan():
    assert math.isnan(pixel_metrics(np.zeros((1, 0, 4)), np.zeros((1, 0, 4), dtype=bool)).auroc)


def test_examples_in_the_documentation():
    assert doctest.testmod(pixel).failed == 0
