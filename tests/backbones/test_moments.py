import pytest
import torch

from synth_anomaly.backbones.moments import Moments


def moments_of(features, sizes):
    moments = Moments()
    for part in torch.split(features, list(sizes)):
        moments.add(part)
    return moments


@pytest.fixture
def features():
    """Of levels as far apart as those of a network, and with a channel far from 0."""
    made = torch.randn(13, 5, 6, 7, generator=torch.Generator().manual_seed(0))
    return made * torch.tensor([0.01, 1.0, 3.0, 100.0, 1.0])[:, None, None] + 50


@pytest.mark.parametrize("sizes", [(13,), (1, 12), (4, 4, 5), (1,) * 13])
def test_batches_give_torchs_mean_and_variance_of_the_whole(features, sizes):
    moments = moments_of(features, sizes)
    assert moments.count == 13
    exact = features.double()
    torch.testing.assert_close(moments.mean.double(), exact.mean(dim=0), rtol=1e-5, atol=0)
    torch.testing.assert_close(moments.variance().double(), exact.var(dim=0), rtol=2e-3, atol=0)
    by_channel = exact.movedim(1, 0).flatten(1)
    torch.testing.assert_close(moments.channel_mean().double(), by_channel.mean(dim=1), rtol=1e-5, atol=0)
    torch.testing.assert_close(
        moments.channel_variance().double(), by_channel.var(dim=1, correction=0), rtol=2e-3, atol=0
    )


def test_identical_images_are_aligned_and_noise_is_not():
    image = torch.randn(1, 4, 8, 8)
    assert moments_of(image.expand(9, -1, -1, -1), (4, 5)).alignment() == pytest.approx(1, abs=1e-5)
    assert moments_of(torch.randn(200, 4, 8, 8), (100, 100)).alignment() == pytest.approx(0, abs=0.02)
    half = image + torch.randn(200, 4, 8, 8) * image.std(dim=(2, 3), keepdim=True, correction=0)
    assert moments_of(half, (200,)).alignment() == pytest.approx(0.5, abs=0.03)


def test_channels_without_variance_do_not_count():
    image = torch.randn(6, 2, 4, 4)
    still = torch.cat([image, torch.full((6, 1, 4, 4), 3.0)], dim=1)
    assert moments_of(still, (6,)).alignment() == pytest.approx(float(moments_of(image, (6,)).alignment()))
    assert moments_of(torch.ones(3, 2, 4, 4), (3,)).alignment() == 1
