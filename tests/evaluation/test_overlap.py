import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from synth_anomaly.errors import OptionError
from synth_anomaly.evaluation.overlap import region_areas
from synth_anomaly.evaluation.pixel import pixel_aupro, pixel_auroc


def slow_aupro(maps, masks, max_fpr):
    """Return AUPRO as it is defined: the curve point by point, one threshold and one region at a time."""
    regions = []
    for scores, mask in zip(maps, masks, strict=True):
        labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
        regions += [scores[labels == index] for index in range(1, count + 1)]
    good = np.concatenate([scores[~mask] for scores, mask in zip(maps, masks, strict=True)])
    curve = [(0.0, 0.0)]
    for threshold in np.unique(np.concatenate([scores.ravel() for scores in maps]))[::-1]:
        overlap = np.mean([np.mean(scores >= threshold) for scores in regions])
        curve.append((np.mean(good >= threshold), overlap))
    area = 0.0
    for (fpr, overlap), (next_fpr, next_overlap) in pairwise(curve):
        if next_fpr > max_fpr:
            share = (max_fpr - fpr) / (next_fpr - fpr)
            area += (max_fpr - fpr) * (overlap + share * (next_overlap - overlap) / 2)
            break
        area += (next_fpr - fpr) * (overlap + next_overlap) / 2
    return area / max_fpr


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    levels=st.sampled_from([1, 2, 5, 30, 2**40]),
    max_fpr=st.sampled_from([1e-3, 0.05, 0.3, 0.5, 1.0]),
)
def test_equals_the_definition(seed, levels, max_fpr):
    rng = np.random.default_rng(seed)
    masks = [rng.random(size) < rng.choice([0.0, 0.1, 0.4]) for size in rng.integers(1, 12, (3, 2))]
    masks.append(np.eye(3, dtype=bool))
    maps = [rng.integers(0, levels, mask.shape) / levels + 0.2 * mask for mask in masks]
    assert pixel_aupro(maps, masks, max_fpr) == pytest.approx(slow_aupro(maps, masks, max_fpr), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_one_region_at_full_range_is_the_auroc(seed):
    masks = np.zeros((1, 20, 20), dtype=bool)
    masks[0, 4:9, 5:11] = True
    maps = np.random.default_rng(seed).integers(0, 50, masks.shape) / 50
    assert pixel_aupro(maps, masks, 1.0) == pytest.approx(pixel_auroc(maps, masks), abs=1e-12)


def test_pixels_that_touch_by_a_corner_are_one_region():
    assert region_areas([np.eye(4, dtype=bool)]).tolist() == [4, 4, 4, 4]
    assert region_areas([np.eye(4, dtype=bool)[::-1].copy()]).tolist() == [4, 4, 4, 4]
    assert region_areas([np.array([[True, False, True, True]])]).tolist() == [1, 2, 2]


@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (2, 3), (33, 70)])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_areas_are_those_of_scipy(shape, share):
    mask = np.random.default_rng(0).random(shape) < share
    labels = ndimage.label(mask, structure=np.ones((3, 3)))[0]
    assert np.array_equal(region_areas([mask]), np.bincount(labels.ravel())[labels[mask]])


def test_regions_do_not_cross_images():
    masks = [np.ones((1, 2), dtype=bool), np.ones((2, 2), dtype=bool)]
    assert region_areas(masks).tolist() == [2, 2, 4, 4, 4, 4]


def test_regions_count_alike_whatever_their_size():
    mask = np.zeros((1, 10, 10), dtype=bool)
    mask[0, :5, :5] = mask[0, 9, 9] = True
    only_large, only_small = mask.astype(float), mask.astype(float)
    only_large[0, 9, 9] = only_small[0, :5, :5] = -1.0
    assert pixel_aupro(only_large, mask) == pytest.approx(0.5, abs=1e-12)
    assert pixel_aupro(only_small, mask) == pytest.approx(0.5, abs=1e-12)


def test_the_limit_is_interpolated_within_ties():
    maps = np.array([[[1.0, 0.5, 0.5, 0.5]]])
    mask = np.array([[[True, True, False, False]]])
    # From (0, 1/2) straight to (1, 1).
    assert pixel_aupro(maps, mask, 0.3) == pytest.approx((0.5 + 0.65) / 2)


@pytest.mark.parametrize("max_fpr", [0.0, -0.1, 1.01, math.nan])
def test_limits_outside_zero_to_one_are_refused(max_fpr):
    with pytest.raises(OptionError, match=r"expected max_fpr in \(0, 1\]"):
        pixel_aupro(np.zeros((1, 2, 2)), np.zeros((1, 2, 2), dtype=bool), max_fpr)
