import numpy as np
import pytest
import torch

from synth_anomaly.errors import ComponentError, DataError, OptionError
from synth_anomaly.interfaces import FitsFeatures, Outputs, Scorer
from synth_anomaly.scorers import Distance
from synth_anomaly.scorers.reference import pooled_features
from synth_anomaly.testing import check_fits_features, check_scorer


class Watched(Distance):
    """Keeps what the good images' own distances are."""

    def settle(self, left_out, features):
        self.left_out = left_out
        super().settle(left_out, features)


def noise(count, seed=0, widths=(3, 4, 5)):
    generator = torch.Generator().manual_seed(seed)
    shapes = zip(widths, ((8, 12), (4, 6), (2, 3)), strict=True)
    return [torch.randn(count, width, *size, generator=generator) for width, size in shapes]


def rows_of(features):
    """Return what is compared, standardised by channel: ``(positions, N, D)``."""
    rows = pooled_features(features, (1, 2), (2, 3)).flatten(2).permute(2, 0, 1).double().numpy()
    return rows / rows.std(axis=(0, 1), ddof=1)


def mahalanobis(rows, known, added):
    """Return the distance of each row from a Gaussian, whose scatter gets ``added`` on its diagonal."""
    covariance = np.cov(known.T) + added / (len(known) - 1) * np.eye(known.shape[1])
    apart = rows - known.mean(axis=0)
    return np.sqrt(np.einsum("nd,de,ne->n", apart, np.linalg.inv(covariance), apart))


def test_it_is_a_scorer_that_is_fitted():
    made = Distance()
    assert isinstance(made, Scorer)
    assert isinstance(made, FitsFeatures)
    check_fits_features(made)
    made.fit([noise(9)])
    images = torch.rand(3, 3, 32, 48)
    check_scorer(made, Outputs(features=noise(3, seed=1)), images)


@pytest.mark.parametrize("shrinkage", [0.1, 2.0])
@pytest.mark.parametrize("count", [5, 30])
def test_it_is_the_mahalanobis_distance_at_each_position(shrinkage, count):
    made, good = Distance(shrinkage=shrinkage), noise(count)
    made.fit([good])
    rows = rows_of(good)
    expected = [mahalanobis(known, known, (count - 1) * shrinkage) for known in rows]
    got = made.distances(good).flatten(2).squeeze(1).T
    np.testing.assert_allclose(got, expected, rtol=1e-4)


@pytest.mark.parametrize("count", [4, 20])
def test_each_good_images_own_distance_is_that_from_the_others(count):
    made, good = Watched(shrinkage=0.3), noise(count)
    made.fit([good])
    got = made.left_out.flatten(2).squeeze(1).T
    expected = np.empty(got.shape)
    for position, rows in enumerate(rows_of(good)):
        for row in range(count):
            others = np.delete(rows, row, axis=0)
            expected[position, row] = mahalanobis(rows[row : row + 1], others, (count - 1) * 0.3)[0]
    np.testing.assert_allclose(got, expected, rtol=1e-3)


@pytest.mark.parametrize(("count", "widths"), [(80, (3, 4, 5)), (25, (4, 20, 30))])
def test_fresh_good_images_have_a_map_of_mean_0_and_deviation_1(count, widths):
    made = Distance()
    made.fit([noise(count, widths=widths)])
    fresh = noise(100, seed=1, widths=widths)
    maps = made.standardised(fresh, (8, 12))
    assert maps.mean() == pytest.approx(0, abs=0.25)
    assert maps.std() == pytest.approx(1, abs=0.2)
    shifted = made.standardised([level + 3 for level in fresh], (8, 12))
    assert shifted.mean() > 5
    images = torch.rand(100, 3, 32, 48)
    scores, high = (
        made(Outputs(features=levels), images).scores for levels in (fresh, [f + 3 for f in fresh])
    )
    assert high.min() > scores.max()


def test_a_defect_is_found_where_it_is():
    made = Distance(smoothing=0.5)
    made.fit([noise(40)])
    seen = noise(1, seed=1)
    for level in seen:
        level[..., : level.shape[2] // 2, : level.shape[3] // 3] += 6
    (place,) = made(Outputs(features=seen), torch.rand(1, 3, 32, 48)).maps.flatten(1).argmax(dim=1)
    assert int(place) // 48 < 16
    assert int(place) % 48 < 16


def test_of_many_channels_as_many_as_asked_are_compared():
    made = Distance(dimensions=4)
    with torch.random.fork_rng():
        made.fit([noise(6)])
    assert made.channels.shape == (4,)
    assert made.offset.shape == (6, 4)
    assert made.factors.shape == (6, 10)


@pytest.mark.parametrize("levels", [(0,), (2,), (0, 2), (1, 2)])
def test_levels_are_those_that_are_named(levels):
    made = Distance(levels=levels)
    made.fit([noise(6)])
    seen = noise(2, seed=1)
    before = made.distances(seen)
    for level in range(3):
        changed = [feature + 9 if row == level else feature for row, feature in enumerate(seen)]
        assert torch.equal(made.distances(changed), before) == (level not in levels)
    assert before.shape[2:] == seen[levels[-1]].shape[2:]


def test_one_level_and_constant_channels_do():
    made = Distance()
    made.fit([noise(6)[:1]])
    assert made.distances(noise(2)[:1]).shape == (2, 1, 8, 12)
    still = [torch.ones_like(level) for level in noise(6)]
    made.fit([still])
    assert made.standardised(still, (8, 12)).isfinite().all()


def test_mistakes_are_said():
    for options in ({"dimensions": 0}, {"shrinkage": 0.0}, {"smoothing": -1.0}):
        with pytest.raises(OptionError, match=next(iter(options))):
            Distance(**options)
    for few in ([], [noise(2)]):
        with pytest.raises(DataError, match="at least 3 good images"):
            Distance().fit(few)
    with pytest.raises(ComponentError, match=r"compares levels \(3,\), got features of 3 levels"):
        Distance(levels=(3,)).fit([noise(6)])
    made = Distance()
    made.fit([noise(6)])
    with pytest.raises(ComponentError, match=r"Distance needs outputs\.features, got none"):
        made(Outputs(), torch.rand(1, 3, 32, 48))
    with pytest.raises(DataError, match="6 positions of features, got 4"):
        made.distances([level[..., : level.shape[-1] * 2 // 3] for level in noise(1)])
