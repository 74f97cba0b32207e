"""Masks neither shrink nor grow, and no region of them disappears."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from synth_anomaly.data.resize import resize_image, resize_mask

MASKS = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(lambda shape: arrays(np.bool_, shape))
SIZES = st.tuples(st.integers(1, 30), st.integers(1, 30))


def test_image_is_stretched_to_any_size():
    image = np.random.default_rng(0).integers(0, 256, (40, 90, 3), np.uint8)
    assert resize_image(image, (16, 20)).shape == (16, 20, 3)
    assert resize_image(image, (80, 20)).dtype == np.uint8


def test_image_of_the_size_is_a_copy():
    image = np.zeros((4, 4, 3), np.uint8)
    same = resize_image(image, (4, 4))
    same[:] = 1
    assert not image.any()


def test_image_is_antialiased():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    assert resize_image(stripes, (16, 16)).std() < 10


@given(MASKS, SIZES)
@settings(max_examples=150, deadline=None)
def test_empty_and_full_stay_and_every_region_leaves_a_trace(mask, size):
    small = resize_mask(mask, size)
    assert small.shape == size
    assert small.dtype == np.bool_
    assert small.any() == mask.any()
    assert small.all() or not mask.all()
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    for label in range(1, count):
        touched = cells_touched(labels == label, size)
        assert (small & touched).any()


def cells_touched(region, size):
    touched = np.zeros(size, bool)
    for y, x in np.argwhere(region):
        top, bottom = y * size[0] // region.shape[0], -(-(y + 1) * size[0] // region.shape[0])
        left, right = x * size[1] // region.shape[1], -(-(x + 1) * size[1] // region.shape[1])
        touched[top:bottom, left:right] = True
    return touched


@given(MASKS, st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_enlarging_by_a_whole_number_repeats_pixels(mask, factor):
    size = (mask.shape[0] * factor, mask.shape[1] * factor)
    assert np.array_equal(resize_mask(mask, size), mask.repeat(factor, 0).repeat(factor, 1))


@given(MASKS)
def test_same_size_is_the_same(mask):
    assert np.array_equal(resize_mask(mask, mask.shape), mask)


def blob(rng, side):
    noise = cv2.GaussianBlur(rng.normal(size=(side, side)), (0, 0), side / 20)
    return noise > np.quantile(noise, 0.9)


@pytest.mark.parametrize(("side", "target"), [(512, 256), (400, 256), (300, 224), (120, 256), (512, 100)])
def test_area_of_blobs_is_kept(side, target):
    rng = np.random.default_rng(side + target)
    masks = [blob(rng, side) for _ in range(12)]
    ratios = [resize_mask(mask, (target, target)).mean() / mask.mean() for mask in masks]
    assert np.mean(ratios) == pytest.approx(1, abs=0.004)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_edges_do_not_drift(scale):
    rng = np.random.default_rng(scale)
    areas = []
    for _ in range(400):
        top, left = rng.integers(0, 60, 2)
        height, width = rng.integers(3 * scale, 60, 2)
        mask = np.zeros((128 // scale * scale,) * 2, bool)
        mask[top : top + height, left : left + width] = True
        side = mask.shape[0] // scale
        areas.append((resize_mask(mask, (side, side)).sum() * scale**2, mask.sum()))
    small, large = np.sum(areas, axis=0)
    assert small / large == pytest.approx(1, abs=0.01)


def test_thin_lines_keep_their_area_on_average():
    areas = []
    for row in range(8, 40):
        mask = np.zeros((48, 48), bool)
        mask[row, 4:44] = True
        areas.append(resize_mask(mask, (24, 24)).sum() * 4 / mask.sum())
    assert min(areas) > 0
    assert np.mean(areas) == pytest.approx(1, abs=0.08)


def test_a_speck_keeps_its_best_covered_pixel():
    mask = np.zeros((64, 64), bool)
    mask[33, 20] = True
    assert np.argwhere(resize_mask(mask, (8, 8))).tolist() == [[4, 2]]
