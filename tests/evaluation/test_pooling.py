import numpy as np
import pytest

from synth_anomaly.errors import DataError
from synth_anomaly.evaluation.pixel import pixel_metrics
from synth_anomaly.evaluation.pooling import pool_pixels

MAP = np.linspace(0.0, 1.0, 6).reshape(2, 3)
MASK = MAP > 0.7


def with_value(value, dtype=np.float64):
    scores = MAP.astype(dtype)
    scores[1, 1] = value
    return scores


@pytest.mark.parametrize(
    ("maps", "masks", "message"),
    [
        ([], [], "got 0 maps and 0 masks"),
        ([MAP, MAP], [MASK], "got 2 maps and 1 masks"),
        ([MAP, MAP], [MASK, MASK.T], r"mask 1 of its map's shape \(2, 3\), got \(3, 2\)"),
        (MAP, MASK, r"got map 0 of shape \(3,\)"),
        (MAP[None, None], MASK[None, None], r"got map 0 of shape \(1, 2, 3\)"),
        ([(255 * MAP).astype(np.uint8)], [MASK], "got map 0 of dtype uint8"),
        ([MAP], [MASK.astype(np.uint8)], "got mask 0 of dtype uint8; pass mask > 0"),
    ],
)
def test_what_does_not_fit_is_refused(maps, masks, message):
    with pytest.raises(DataError, match=message) as caught:
        pixel_metrics(maps, masks)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_scores_that_are_not_finite_are_refused(value, dtype):
    with pytest.raises(DataError, match="expected finite scores, got map 1 with 1 nan or inf of 6"):
        pixel_metrics([MAP, with_value(value, dtype)], [MASK, MASK])


@pytest.mark.parametrize(
    ("dtypes", "pooled"), [("ee", "f4"), ("ef", "f4"), ("fd", "f8"), ("ed", "f8"), ("dd", "f8")]
)
def test_pooling_sorts_without_rounding(dtypes, pooled):
    maps = [MAP.astype(dtype) for dtype in dtypes]
    pixels = pool_pixels(maps, [MASK, MASK])
    assert pixels.sorted_scores.dtype == pixels.defect_scores.dtype == np.dtype(pooled)
    assert pixels.sorted_scores.tolist() == np.sort(np.stack(maps, dtype=float).ravel()).tolist()
    assert pixels.defect_scores.tolist() == [value for scores in maps for value in scores[MASK].tolist()]


def test_iterators_are_accepted():
    assert pixel_metrics(iter([MAP]), iter([MASK])) == pixel_metrics([MAP], [MASK])
