"""Contrast sets, the stored normals, and the cache of their guidance."""

import numpy as np
import pytest
import torch
from sat_sgsf.cache import GuidanceCache
from sat_sgsf.contrast import Normals, contrast_sets, similarities
from torch import nn

from synth_anomaly.errors import DataError


@pytest.fixture
def features():
    return torch.randn(9, 5, generator=torch.Generator().manual_seed(0))


def test_equation_4_against_numpy(features):
    ours = similarities(features, features[:4]).numpy()
    values = features.numpy()
    expected = [[a @ b / (np.linalg.norm(a) * np.linalg.norm(b)) for b in values[:4]] for a in values]
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


def test_a_contrast_set_holds_the_most_similar_others(features):
    sets = contrast_sets(features, 4)
    similar = similarities(features, features)
    for row, chosen in enumerate(sets):
        assert row not in chosen.tolist()
        others = [other for other in range(9) if other not in (row, *chosen.tolist())]
        assert similar[row, chosen].min() >= similar[row, others].max()
        assert similar[row, chosen].diff().le(0).all()


def test_with_itself_the_image_is_the_first(features):
    sets = contrast_sets(features, 5, with_itself=True)
    assert sets.shape == (9, 5)
    assert sets[:, 0].tolist() == list(range(9))
    assert torch.equal(sets[:, 1:], contrast_sets(features, 4))


def test_of_few_images_a_set_has_all_others(features):
    assert contrast_sets(features[:3], 4).shape == (3, 2)
    assert contrast_sets(features[:3], 4, with_itself=True).shape == (3, 3)
    with pytest.raises(DataError, match="at least 2 good images, got 1"):
        contrast_sets(features[:1], 4)


def test_normals_are_loaded_whatever_their_number(features):
    kept = Normals(5, (4, 6))
    kept.features, kept.images = features, torch.randint(0, 256, (9, 3, 4, 6), dtype=torch.uint8)
    other = nn.ModuleList([Normals(5, (4, 6))])
    other.load_state_dict(nn.ModuleList([kept]).state_dict())
    assert torch.equal(other[0].features, features)
    assert torch.equal(other[0].images, kept.images)
    assert torch.equal(other[0].nearest(3 * features[[7, 2]]), torch.tensor([7, 2]))
    with pytest.raises(RuntimeError, match="size mismatch"):
        Normals(4, (4, 6)).load_state_dict(kept.state_dict())


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def features(self, row):
        return (self.weight * torch.full((1, 2, 4, 4), float(row)), self.weight * torch.ones(1, 4, 2, 2))


@pytest.mark.parametrize("budget", [1 << 20, 1])
def test_the_cache_computes_a_row_once_and_returns_what_was_asked_for(budget):
    network = Scale()
    cache = GuidanceCache(network.features, network, budget)
    first, second = cache.features(torch.tensor([3, 1, 3]))
    assert first[:, 0, 0, 0].tolist() == [3, 1, 3]
    assert second.shape == (3, 4, 2, 2)
    assert cache.computed == 2
    cache.features(torch.tensor([1, 3, 1, 1]))
    assert cache.computed == (2 if budget > 1 else 3)


def test_the_cache_forgets_when_weights_change():
    network = Scale()
    cache = GuidanceCache(network.features, network)
    cache.features(torch.tensor([2]))
    with torch.no_grad():
        network.weight.mul_(10)
    assert cache.features(torch.tensor([2]))[0].unique().tolist() == [20]
    assert cache.computed == 2
    network.load_state_dict({"weight": torch.tensor(5.0)})
    assert cache.features(torch.tensor([2]))[0].unique().tolist() == [10]
    optimiser = torch.optim.Adam(network.parameters(), lr=1.0, fused=True)
    network.weight.grad = torch.ones(())
    optimiser.step()
    assert cache.features(torch.tensor([2]))[0].unique().tolist() == pytest.approx([8])


def test_the_cache_tells_precisions_apart():
    network = Scale()
    cache = GuidanceCache(network.features, network)
    cache.features(torch.tensor([2]))
    with torch.autocast("cpu", torch.bfloat16):
        cache.features(torch.tensor([2]))
    assert cache.computed == 2


def test_autocast_does_not_round_the_search():
    features = torch.ones(40, 8) + torch.linspace(0, 0.01, 40)[:, None] * torch.eye(8)[0]
    with torch.autocast("cpu", torch.bfloat16):
        rounded = similarities(features.flip(0), features).argmax(dim=1)
    assert rounded.tolist() == similarities(features.flip(0), features).argmax(dim=1).tolist()
    assert similarities(features, features).dtype == torch.float32
