"""A folder of good images is enough."""

import shutil

import pytest

from synth_anomaly.data.folder import Folder
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset


@pytest.mark.parametrize("place", ["", "train/", "train/good/"])
def test_good_images_in_any_of_three_places(make, place):
    for name in ("b.png", "a.jpg"):
        make.image(f"bolts/{place}{name}")
    data = Folder(str(make.root / "bolts"))
    assert isinstance(data, Dataset)
    assert data.category == "bolts"
    assert [sample.name for sample in data.train()] == ["good/a", "good/b"]
    assert list(data.test()) == []


def test_category_picks_a_folder_of_the_root(make):
    make.image("bolts/train/a.png")
    make.image("nuts/b.png")
    (make.root / "other").mkdir()
    root = str(make.root)
    assert Folder.categories(root) == ("bolts", "nuts")
    assert [sample.name for sample in Folder(root, "nuts").train()] == ["good/b"]
    with pytest.raises(DataError, match=r"'screws'.*choose a category from bolts, nuts"):
        Folder(root, "screws").train()


def test_category_can_name_the_root_itself(make):
    make.image("bolts/a.png")
    root = str(make.root / "bolts")
    assert Folder.categories(root) == ("bolts",)
    again = Folder(root, Folder(root).category)
    assert len(again.train()) == 1


@pytest.mark.parametrize("suffix", ["_mask", ""])
def test_masks_by_either_name(make, suffix):
    make.image("a.png")
    make.image("test/good/a.png")
    make.image("test/dent/7.jpg")
    make.mask(f"ground_truth/dent/7{suffix}.png")
    dent, good = Folder(str(make.root)).test()
    assert (dent.name, dent.defect, good.defect) == ("dent/7", "dent", "good")
    assert dent.read_mask().any()


def test_no_masks_at_all(make):
    make.image("a.png")
    make.image("test/dent/7.png")
    assert Folder(str(make.root)).test()[0].read_mask is None


def test_some_masks_missing(make):
    root = make.mvtec("bolt")
    make.image("bolt/test/dent/7.png")
    masks = {sample.name: sample.read_mask is not None for sample in Folder(root, "bolt").test()}
    assert [name for name, has_mask in masks.items() if has_mask] == [f"scratch/00{n}" for n in range(3)]
    shutil.rmtree(make.root / "bolt/ground_truth")
    test = Folder(root, "bolt").test()
    assert [sample.name for sample in test] == list(masks)
    assert all(sample.read_mask is None for sample in test)


def test_unsorted_test_images(make):
    make.image("a.png")
    make.image("test/b.png")
    with pytest.raises(DataError, match=r"test.good and .*<defect>, got b\.png right in"):
        Folder(str(make.root)).test()


def test_nothing_there(make):
    with pytest.raises(DataError, match=r"expected good images in .*add images of good parts"):
        Folder(str(make.root)).train()
    with pytest.raises(DataError, match="nowhere"):
        Folder(str(make.root / "nowhere")).train()
