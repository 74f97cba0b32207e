import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans

from synth_anomaly.backbones.prototypes import nearest, sample_cells, select_prototypes
from synth_anomaly.randomness import generator_for


@pytest.mark.parametrize("shape", [(50,), (3, 4, 5), (40_000,)])
def test_the_nearest_is_that_of_all_distances(shape):
    cells, prototypes = torch.randn(*shape, 6), torch.randn(9, 6)
    rows = torch.cdist(cells.reshape(-1, 6).double(), prototypes.double()).argmin(dim=1)
    assert torch.equal(nearest(cells, prototypes), prototypes[rows].reshape(cells.shape))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # six rounds need not
def test_prototypes_are_lloyds_means():
    cells = torch.randn(400, 3, generator=torch.Generator().manual_seed(0))
    expected = KMeans(7, init=cells[:7].numpy(), n_init=1, max_iter=6, tol=0.0, algorithm="lloyd")
    expected.fit(cells.numpy())
    np.testing.assert_allclose(select_prototypes(cells, 7), expected.cluster_centers_, rtol=1e-4, atol=1e-5)


def test_well_apart_clusters_are_found():
    middles = 10 * torch.eye(4)
    cells = (middles.repeat(50, 1) + 0.1 * torch.randn(200, 4)).contiguous()
    assert torch.cdist(middles, select_prototypes(cells, 4)).amin(dim=1).max() < 0.2


def test_few_cells_are_all_kept_and_lost_clusters_stay():
    cells = torch.randn(5, 3)
    assert torch.equal(select_prototypes(cells, 8), cells)
    same = torch.ones(9, 3)
    assert torch.equal(select_prototypes(same, 2), same[:2])


def test_samples_are_cells_of_each_image_however_they_are_batched():
    coordinates = torch.arange(400.0).reshape(1, 1, 20, 20).expand(3, 1, 20, 20)
    features = torch.cat([torch.arange(3.0).reshape(3, 1, 1, 1).expand(3, 1, 20, 20), coordinates], dim=1)
    cells = sample_cells(features, generator_for(0))
    assert cells.shape == (3 * 128, 2)
    assert cells[:, 0].tolist() == [0.0] * 128 + [1.0] * 128 + [2.0] * 128
    assert all(len(part[:, 1].unique()) == 128 for part in torch.split(cells, 128))
    generator = generator_for(0)
    parts = [sample_cells(part, generator) for part in torch.split(features, [1, 2])]
    assert torch.equal(torch.cat(parts), cells)


def test_small_maps_give_all_their_cells():
    cells = sample_cells(torch.rand(2, 3, 4, 5), generator_for(0))
    assert cells.shape == (2 * 20, 3)
    assert len(cells.unique(dim=0)) == 40
