import pytest
import torch
from torch.nn import functional as F

from synth_anomaly.augmentation import Flips
from synth_anomaly.pipeline import good_features
from synth_anomaly.pipeline.good_features import GoodFeatures


class Pooled:
    """Features that are means of the image; counts how many images it has seen."""

    def __init__(self):
        self.seen = 0

    def __call__(self, images):
        self.seen += len(images)
        return [F.avg_pool2d(images, 4), F.avg_pool2d(images, 8)]


@pytest.fixture
def data(data_of, good_images):
    return data_of(good_images(20))


@pytest.mark.parametrize("budget", [1 << 30, 0])
@pytest.mark.parametrize("augment", [None, Flips()])
def test_rows_are_what_iterating_gives_kept_or_computed_again(data, augment, budget, monkeypatch):
    monkeypatch.setattr(good_features, "_BUDGET_BYTES", budget)
    network = Pooled()
    good = GoodFeatures(network, data, augment, 0)
    batches = list(good)
    assert [len(batch[0]) for batch in batches] == ([16, 4] if augment is None else [16, 16, 8])
    whole = [torch.cat(level) for level in zip(*batches, strict=True)]
    assert [level.dtype for level in whole] == [torch.float32] * 2
    assert len(good) == len(whole[0]) == network.seen
    rows = torch.tensor([3, 17, 3, len(good) - 1])
    assert all(map(torch.equal, good.rows(rows), [level[rows] for level in whole]))
    again = [torch.cat(level) for level in zip(*good, strict=True)]
    assert all(map(torch.equal, again, whole))
    assert (network.seen == len(good)) == bool(budget)


def test_what_is_computed_again_in_a_step_is_the_same(data, monkeypatch):
    monkeypatch.setattr(good_features, "_BUDGET_BYTES", 0)
    convolution = torch.nn.Conv2d(3, 4, 3, stride=2)
    good = GoodFeatures(lambda images: [convolution(images)], data, None, 0)
    first = next(iter(good))[0]
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(good.rows(torch.arange(16))[0], first, rtol=0, atol=1e-6)


def test_they_are_the_images_features_in_order(data):
    whole = [torch.cat(level) for level in zip(*GoodFeatures(Pooled(), data, None, 0), strict=True)]
    expected = Pooled()(data.train.batch(torch.arange(20)))
    for got, level in zip(whole, expected, strict=True):
        assert torch.equal(got, level.half().float())


def test_augmented_images_come_after_the_plain_ones_and_depend_on_the_seed(data):
    def of(seed):
        return torch.cat([batch[0] for batch in GoodFeatures(Pooled(), data, Flips(), seed)])

    first, same, other = of(0), of(0), of(1)
    assert torch.equal(first, same)
    assert torch.equal(first[:20], other[:20])
    assert not torch.equal(first[20:], other[20:])
    for plain, flipped in zip(first[:20], first[20:], strict=True):
        ways = [plain.flip(axes) for axes in ([], [1], [2], [1, 2])]
        assert any(torch.equal(flipped, way) for way in ways)


def test_progress_is_reported(data_of, good_images):
    told = []
    data = data_of(good_images(20), report=lambda *what: told.append(what))
    list(GoodFeatures(Pooled(), data, None, 0))
    assert told == [("features of good images", 16, 20), ("features of good images", 20, 20)]
