"""KolektorSDD2's official layout, generated."""

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import KolektorSDD2, load_images, load_test, open_dataset, resolve
from synth_anomaly.errors import DataError

COUNTS = {"train": (3, 2), "test": (2, 2)}


@pytest.fixture
def root(tmp_path):
    """Images of 23 x 63 pixels, good ones first, each with its mask beside it, and a stray copy."""
    random, number = np.random.default_rng(0), 10000
    for split, counts in COUNTS.items():
        (tmp_path / split).mkdir()
        for is_defective, count in enumerate(counts):
            for _ in range(count):
                image = random.integers(0, 256, (63, 23, 3), np.uint8)
                mask = np.zeros((63, 23), np.uint8)
                mask[5:9, 3:8] = 255 * is_defective
                Image.fromarray(image).save(tmp_path / split / f"{number}.png")
                Image.fromarray(mask).save(tmp_path / split / f"{number}_GT.png")
                number += 1
    for name in ("10001", "10001_GT"):
        copy = tmp_path / "train" / f"{name} (copy).png"
        copy.write_bytes((tmp_path / "train" / f"{name}.png").read_bytes())
    return tmp_path


def test_good_images_train_and_all_test(root):
    data = KolektorSDD2(str(root))
    assert [sample.name for sample in data.train()] == ["good/10000", "good/10001", "good/10002"]
    names = [sample.name for sample in data.test()]
    assert names == ["good/10005", "good/10006", "defect/10007", "defect/10008"]
    assert [sample.is_defective for sample in data.test()] == [False, False, True, True]


def test_no_mask_is_ever_an_image(root):
    data = KolektorSDD2(str(root))
    assert not any("_GT" in sample.name for sample in (*data.train(), *data.test()))


def test_images_are_not_square_and_masks_fit(root):
    data = KolektorSDD2(str(root))
    assert data.train()[0].read().shape == (63, 23, 3)
    defect = data.test()[2]
    assert defect.read_mask().shape == (63, 23)
    assert defect.read_mask().sum() == 20
    assert len(load_images(data.train(), (32, 16))) == 3
    (batch,) = load_test(data.test(), (32, 16))
    assert [mask.any() for mask in batch.masks] == [False, False, True, True]


def test_it_is_told_from_its_folder_and_by_its_name(root):
    for source in (resolve(data=str(root)), resolve("kolektor_sdd2", str(root))):
        assert (source.dataset, source.categories) == ("kolektor_sdd2", ("kolektor_sdd2",))
        assert len(open_dataset(source, "kolektor_sdd2").train()) == 3
    assert catalogue().registry("dataset").load("kolektor_sdd2") is KolektorSDD2


def test_a_missing_mask_is_named(root):
    (root / "train" / "10001_GT.png").unlink()
    with pytest.raises(DataError, match=r"10001.png has no mask: expected .*10001_GT.png"):
        KolektorSDD2(str(root)).train()


def test_missing_folders_and_images_are_named(root, tmp_path):
    with pytest.raises(DataError, match="expected a folder at"):
        KolektorSDD2(str(tmp_path / "nowhere")).train()
    for path in (root / "test").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"expected images such as 10000\.png"):
        KolektorSDD2(str(root)).test()


def test_without_good_images_there_is_nothing_to_train_on(root):
    for number in range(10000, 10003):
        (root / "train" / f"{number}.png").unlink()
        (root / "train" / f"{number}_GT.png").unlink()
    with pytest.raises(DataError, match="add good ones"):
        KolektorSDD2(str(root)).train()
