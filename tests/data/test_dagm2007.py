"""DAGM 2007's official layout, generated."""

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import DAGM2007, DAGM2007Six, load_test, open_dataset, resolve
from synth_anomaly.data.originals import has_all_categories
from synth_anomaly.errors import DataError


@pytest.fixture
def root(tmp_path):
    """Ten classes of 3 images a split, grey, the second of which is defective."""
    random = np.random.default_rng(0)
    for number in range(1, 11):
        for split in ("Train", "Test"):
            labels = tmp_path / f"Class{number}" / split / "Label"
            labels.mkdir(parents=True)
            (labels / "Labels.txt").write_text("1\n1\t0\t0001.PNG\t0\t0\n")
            for image in range(1, 4):
                grey = random.integers(0, 256, (32, 32), np.uint8)
                Image.fromarray(grey).save(labels.parent / f"{image:04d}.PNG")
            mask = np.zeros((32, 32), np.uint8)
            mask[4:9, 4:9] = 255
            Image.fromarray(mask).save(labels / "0002_label.PNG")
    return tmp_path


def test_good_images_train_and_all_test(root):
    data = DAGM2007(str(root), "Class1")
    assert [sample.name for sample in data.train()] == ["good/0001", "good/0003"]
    assert [sample.name for sample in data.test()] == ["good/0001", "defect/0002", "good/0003"]
    assert data.train()[0].read().shape == (32, 32, 3)


def test_the_coarse_masks_count_only_when_asked_for(root):
    assert all(sample.read_mask is None for sample in DAGM2007(str(root), "Class1").test())
    asked = DAGM2007(str(root), "Class1", masks=True).test()
    assert [sample.read_mask is None for sample in asked] == [True, False, True]
    assert asked[1].read_mask().sum() == 25
    (batch,) = load_test(asked, (32, 32))
    assert [int(mask.sum()) for mask in batch.masks] == [0, 25, 0]


def test_ten_classes_in_order_and_the_six(root):
    assert DAGM2007.categories(str(root)) == tuple(f"Class{number}" for number in range(1, 11))
    assert DAGM2007Six.categories(str(root)) == tuple(f"Class{number}" for number in range(1, 7))
    assert resolve("dagm2007_six", str(root), "all").categories == tuple(f"Class{n}" for n in range(1, 7))


def test_it_is_told_from_its_folder_and_by_its_name(root):
    for source in (resolve(data=str(root), category="Class10"), resolve("dagm2007", str(root), "Class10")):
        assert (source.dataset, source.categories) == ("dagm2007", ("Class10",))
        assert len(open_dataset(source, "Class10").test()) == 3
    assert catalogue().registry("dataset").load("dagm2007") is DAGM2007


@pytest.mark.parametrize(("name", "count"), [("dagm2007", 10), ("dagm2007_six", 6)])
def test_published_means_are_of_all_classes(name, count):
    classes = [f"Class{number}" for number in range(1, count + 1)]
    assert has_all_categories(name, classes)
    assert not has_all_categories(name, classes[1:])


def test_a_mask_without_image_is_named(root):
    (root / "Class3" / "Test" / "0002.PNG").unlink()
    with pytest.raises(DataError, match=r"0002_label.PNG belongs to no image"):
        DAGM2007(str(root), "Class3").test()


def test_missing_classes_and_images_are_named(root):
    with pytest.raises(DataError, match="expected a folder at"):
        DAGM2007(str(root), "Class11").train()
    for path in (root / "Class2" / "Train").glob("*.PNG"):
        path.unlink()
    with pytest.raises(DataError, match=r"expected images such as 0001\.PNG"):
        DAGM2007(str(root), "Class2").train()
