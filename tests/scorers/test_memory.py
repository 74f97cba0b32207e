import numpy as np
import pytest
import torch

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.interfaces import FitsFeatures, Outputs, Scorer
from synth_anomaly.randomness import forked_rng
from synth_anomaly.scorers import Memory
from synth_anomaly.scorers.memory import spread_out
from synth_anomaly.scorers.reference import pooled_features
from synth_anomaly.testing import check_fits_features, check_scorer


class Watched(Memory):
    """Keeps what the good images' own distances are."""

    def settle(self, left_out, features):
        self.left_out = left_out
        super().settle(left_out, features)


def noise(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shapes = ((3, 8, 12), (4, 4, 6), (5, 2, 3))
    return [torch.randn(count, *shape, generator=generator) for shape in shapes]


def cells_of(features, known):
    """Return what is compared, ``(N, positions, D)``, standardised as the known ones are."""
    rows, of = (
        pooled_features(levels, (1, 2), (4, 6)).flatten(2).movedim(1, 2).double()
        for levels in (features, known)
    )
    return (rows - of.mean(dim=(0, 1))) / of.flatten(0, 1).std(dim=0)


def greedy_centres(cells, count):
    """Return a k-centre choice as it is written in the paper."""
    chosen = [0]
    while len(chosen) < count:
        distances = [
            -1 if row in chosen else min(np.linalg.norm(cells[row] - cells[other]) for other in chosen)
            for row in range(len(cells))
        ]
        chosen.append(int(np.argmax(distances)))
    return chosen


def test_it_is_a_scorer_that_is_fitted():
    made = Memory(cells=50)
    assert isinstance(made, Scorer)
    assert isinstance(made, FitsFeatures)
    check_fits_features(made)
    made.fit([noise(9)])
    check_scorer(made, Outputs(features=noise(3, seed=1)), torch.rand(3, 3, 32, 48))


@pytest.mark.parametrize("width", [2, 32])
def test_the_coreset_is_a_greedy_choice_of_centres(width):
    cells = torch.randn(40, width, generator=torch.Generator().manual_seed(0))
    assert spread_out(cells, 12).tolist() == greedy_centres(cells.double().numpy(), 12)


def test_of_wide_vectors_the_coreset_still_has_a_short_reach():
    cells = torch.randn(300, 200, generator=torch.Generator().manual_seed(0))
    cells[150:] = cells[:150] + 0.01  # each has a twin
    with forked_rng(0):
        chosen = spread_out(cells, 150)
    assert torch.cdist(cells, cells[chosen]).amin(dim=1).max() < 1


@pytest.mark.parametrize("count", [5, 6, 20])
def test_no_more_is_chosen_than_there_is_and_nothing_twice(count):
    cells = torch.ones(6, 3)  # all the same, which leaves no distance to choose by
    assert sorted(spread_out(cells, count).tolist()) == sorted(set(range(6)))[: min(count, 6)]


def test_with_all_cells_it_is_the_distance_from_the_nearest():
    made, good, seen = Memory(cells=10_000), noise(7), noise(3, seed=1)
    made.fit([good])
    expected = torch.cdist(cells_of(seen, good).flatten(0, 1), cells_of(good, good).flatten(0, 1)).amin(dim=1)
    torch.testing.assert_close(made.distances(seen).flatten().double(), expected, rtol=1e-3, atol=1e-3)
    assert made.distances(good).max() < 5e-3


def test_each_good_images_own_distance_is_that_from_the_others():
    made, good = Watched(cells=10_000), noise(7)
    made.fit([good])
    cells = cells_of(good, good)
    for row in range(7):
        others = torch.cat([cells[:row], cells[row + 1 :]]).flatten(0, 1)
        expected = torch.cdist(cells[row], others).amin(dim=1)
        got = made.left_out[row].flatten().double()
        torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("cells", "off"), [(10_000, 0.3), (300, 0.7)])
def test_fresh_good_images_have_a_map_of_mean_0_and_deviation_1(cells, off):
    made = Memory(cells=cells)
    with forked_rng(0):
        made.fit([noise(60)])
    fresh = noise(60, seed=1)
    maps = made.standardised(fresh, (8, 12))
    # an image that is left out of a coreset leaves holes, which one chosen without it would not have
    assert maps.mean() == pytest.approx(0, abs=off)
    assert maps.std() == pytest.approx(1, abs=0.2)
    assert made.standardised([level + 3 for level in fresh], (8, 12)).mean() > 5


def test_it_says_how_much_it_remembers():
    made = Memory(cells=40)
    with forked_rng(0):
        assert made.fit([noise(3), noise(4, seed=1)]) == ["40 of 168 cells of the good images are remembered"]
    assert made.memory.shape == (40, 9)


def test_images_of_another_size_are_compared_too():
    made = Memory()
    made.fit([noise(5)])
    assert made.distances([level[..., : level.shape[-1] * 2 // 3] for level in noise(1)]).shape == (
        1,
        1,
        4,
        4,
    )


def test_identical_images_are_finite():
    made, still = Memory(), [torch.ones_like(level) for level in noise(4)]
    made.fit([still])
    assert made.standardised(still, (8, 12)).isfinite().all()


def test_mistakes_are_said():
    with pytest.raises(OptionError, match="cells takes a number of at least 2"):
        Memory(cells=1)
    for few in ([], [noise(1)]):
        with pytest.raises(DataError, match="at least 2 good images"):
            Memory().fit(few)
