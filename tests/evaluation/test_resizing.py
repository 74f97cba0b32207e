import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from synth_anomaly.evaluation import map_peaks, resize_map

SIDES = st.integers(1, 24)


def random_map(height, width, seed):
    return torch.rand(1, height, width, generator=torch.Generator().manual_seed(seed)) - 0.5


@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 99))
def test_reduction_keeps_the_peak_and_enlargement_never_raises_it(height, width, rows, columns, seed):
    values = random_map(height, width, seed)
    resized = resize_map(values, (rows, columns))
    assert resized.shape == (rows, columns)
    assert resized.dtype == np.float32
    assert resized.max() <= values.max().item() + 1e-6
    assert resized.min() >= values.min().item() - 1e-6
    if rows <= height and columns <= width:
        assert resized.max() == values.max().item()


@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 99))
def test_a_reduced_pixel_is_the_highest_that_it_touches(height, width, rows, columns, seed):
    rows, columns = min(rows, height), min(columns, width)
    values = random_map(height, width, seed)
    resized = resize_map(values, (rows, columns))
    for row in range(rows):
        for column in range(columns):
            touched = values[
                0,
                row * height // rows : -(-(row + 1) * height // rows),
                column * width // columns : -(-(column + 1) * width // columns),
            ]
            assert resized[row, column] == touched.max().item()


def test_enlargement_is_bilinear():
    values = random_map(5, 7, 0)
    expected = F.interpolate(values[None], size=(11, 20), mode="bilinear", align_corners=False)[0, 0]
    assert np.array_equal(resize_map(values, (11, 20)), expected.numpy())


def test_a_peak_stays_where_one_side_shrinks_and_the_other_grows():
    values = torch.zeros(1, 32, 8)
    values[0, 13, 3] = 1
    assert resize_map(values, (8, 16)).max() == pytest.approx(0.75, abs=1e-6)
    assert resize_map(values, (8, 8)).max() == 1


@given(st.integers(1, 4), SIDES, SIDES, st.integers(0, 99))
def test_peaks_are_those_of_the_maps(count, height, width, seed):
    maps = torch.stack([random_map(height, width, seed + row) for row in range(count)])
    assert map_peaks(maps).tolist() == [float(values.max()) for values in maps]
