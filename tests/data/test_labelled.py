"""Test images come with their truth at the size that is scored."""

import numpy as np
import pytest

from synth_anomaly.data.folder import Folder
from synth_anomaly.data.labelled import load_test
from synth_anomaly.data.mvtec_ad import MVTecAD
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample


@pytest.fixture
def samples(make):
    return MVTecAD(make.mvtec(good=2, defective=3), "bolt").test()


@pytest.mark.parametrize(("score_size", "shape"), [("input", (6, 8)), ("native", (12, 16))])
def test_batches(samples, score_size, shape):
    images = load_test(samples, (6, 8), batch_size=2, score_size=score_size)
    for _ in range(2):
        batches = list(images)
        assert [len(batch.images) for batch in batches] == [2, 2, 1]
        assert [sample.name for batch in batches for sample in batch.samples] == [s.name for s in samples]
        assert np.concatenate([batch.labels for batch in batches]).tolist() == [False] * 2 + [True] * 3
        for batch in batches:
            assert batch.images.shape[1:] == (3, 6, 8)
            assert batch.sizes == (shape,) * len(batch.images)
            for mask, label in zip(batch.masks, batch.labels, strict=True):
                assert mask.shape == shape
                assert mask.dtype == np.bool_
                assert mask.mean() == (0.5 if label else 0)
    assert len(images) == 5
    assert images.has_masks


def test_no_masks_at_all(make):
    make.image("a.png")
    make.image("test/good/a.png")
    make.image("test/dent/a.png")
    images = load_test(Folder(str(make.root)).test(), (6, 8))
    assert not images.has_masks
    assert next(iter(images)).masks is None


def test_some_masks_missing(samples):
    bare = Sample(name="dent/0", defect="dent", read=samples[0].read)
    (batch,) = load_test([*samples, bare], (6, 8))
    assert [mask is None for mask in batch.masks] == [False] * 5 + [True]
    assert batch.labels.tolist() == [False] * 2 + [True] * 4


def test_mask_of_another_size(make):
    root = make.mvtec(defective=2)
    make.mask("bolt/ground_truth/scratch/000_mask.png", (10, 10))
    samples = MVTecAD(root, "bolt").test()
    with pytest.raises(DataError, match=r"000\.png of 16x12 and .*000_mask\.png of 10x10"):
        list(load_test(samples, (6, 8)))
    lenient = load_test(samples, (6, 8), skip_bad=True)
    assert sum(len(batch.images) for batch in lenient) == 3
    assert [skip.name for skip in lenient.skipped] == ["scratch/000"]


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.zeros((4, 5), bool), "image 'dent/0' of 4x4 and its mask of 5x4"),
        (np.zeros((4, 4)), "expected a bool array"),
    ],
)
def test_mask_of_somebody_else(mask, message):
    image = np.zeros((4, 4, 3), np.uint8)
    sample = Sample(name="dent/0", defect="dent", read=lambda: image, read_mask=lambda: mask)
    with pytest.raises(DataError, match=message):
        list(load_test([sample], (4, 4)))


def test_bad_image(make):
    root = make.mvtec()
    make.truncate("bolt/test/good/001.png")
    samples = MVTecAD(root, "bolt").test()
    with pytest.raises(DataError, match=r"good.001\.png"):
        list(load_test(samples, (6, 8), batch_size=2))
    lenient = load_test(samples, (6, 8), batch_size=2, skip_bad=True)
    assert [len(batch.images) for batch in lenient] == [2, 2]
    assert "001.png" in lenient.skipped[0].reason


def test_score_size_is_checked(samples):
    with pytest.raises(DataError, match="expected a score size of 'input' or 'native', got 'both'"):
        load_test(samples, (6, 8), score_size="both")
