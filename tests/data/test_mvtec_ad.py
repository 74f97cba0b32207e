"""The official layout is read, and what is missing from it is named."""

import re
import shutil

import pytest

from synth_anomaly.data import export_demo
from synth_anomaly.data.folder import Folder
from synth_anomaly.data.layouts import DEMO_MARKER
from synth_anomaly.data.mvtec_ad import TRAINING_IMAGES, MVTecAD
from synth_anomaly.data.originals import has_all_categories, is_original
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Dataset


def test_layout(make):
    data = MVTecAD(make.mvtec(), "bolt")
    assert isinstance(data, Dataset)
    assert [sample.name for sample in data.train()] == [f"good/{number:03d}" for number in range(4)]
    test = data.test()
    assert [sample.name for sample in test] == [
        *("good/000", "good/001"),
        *("scratch/000", "scratch/001", "scratch/002"),
    ]
    assert [sample.is_defective for sample in test] == [False] * 2 + [True] * 3
    assert test[0].read_mask is None
    assert test[-1].read().shape == (12, 16, 3)
    assert test[-1].read_mask().sum() == 6 * 16
    assert test[-1].path.name == "002.png"


def test_listing_decodes_nothing(make):
    root = make.mvtec()
    for path in make.root.rglob("*.png"):
        path.write_text("no image")
    data = MVTecAD(root, "bolt")
    assert len(data.train()) == 4
    assert len(data.test()) == 5


def test_images_of_any_format_and_files_that_are_none(make):
    root = make.mvtec(train=0)
    for name in ("a.JPG", "b.tiff", "c.bmp", "._d.png"):
        make.image(f"bolt/train/good/{name}")
    (make.root / "bolt/train/good/readme.txt").touch()
    assert [sample.name for sample in MVTecAD(root, "bolt").train()] == ["good/a", "good/b", "good/c"]


def test_categories(make):
    make.mvtec("nut")
    make.mvtec("bolt")
    (make.root / "other").mkdir()
    assert MVTecAD.categories(str(make.root)) == ("bolt", "nut")


@pytest.mark.parametrize("category", ["screw", "", "."])
def test_unknown_category_lists_those_found(make, category):
    make.mvtec("nut")
    root = make.mvtec("bolt")
    expected = (
        re.escape(f"expected images of category {category!r} in") + ".*choose a category from bolt, nut"
    )
    for split in ("train", "test"):
        with pytest.raises(DataError, match=expected):
            getattr(MVTecAD(root, category), split)()


def test_root_that_is_not_there_or_a_file(make):
    with pytest.raises(DataError, match="nowhere"):
        MVTecAD(str(make.root / "nowhere"), "bolt").train()
    make.image("a.png")
    with pytest.raises(DataError, match=r"a\.png"):
        MVTecAD(str(make.root / "a.png"), "bolt").train()


@pytest.mark.parametrize(
    ("removed", "message"),
    [
        ("test", r"expected test images in .*test, got no folder: .*--dataset folder"),
        ("test/scratch/001.png", r"mask .*001_mask\.png belongs to no image: .*<image>_mask\.png"),
        ("test/scratch", r"masks in .*ground_truth.scratch belong to no image"),
    ],
)
def test_missing_parts_are_named(make, removed, message):
    root = make.mvtec()
    path = make.root / "bolt" / removed
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(DataError, match=message):
        MVTecAD(root, "bolt").test()


@pytest.mark.parametrize("folder", ["test/good", "test/dent", "train/good"])
def test_empty_folder_is_named(make, folder):
    root = make.mvtec()
    path = make.root / "bolt" / folder
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    data = MVTecAD(root, "bolt")
    with pytest.raises(DataError, match=f"expected images in .*{folder}, got none"):
        data.train() if folder.startswith("train") else data.test()


@pytest.mark.parametrize("name", ["000", "000_GT", "000_label"])
def test_masks_with_other_names(make, name):
    root = make.mvtec(defective=1)
    mask = make.root / "bolt/ground_truth/scratch/000_mask.png"
    mask.rename(mask.with_name(f"{name}.png"))
    assert MVTecAD(root, "bolt").test()[-1].read_mask().sum() == 6 * 16


def test_a_mask_with_a_strange_name_is_an_error_that_names_the_option(make):
    root = make.mvtec(defective=1)
    mask = make.root / "bolt/ground_truth/scratch/000_mask.png"
    mask.rename(mask.with_name("000-wahr.png"))
    with pytest.raises(DataError, match=r"named <image>_mask\.png.*--mask-suffix -wahr$"):
        MVTecAD(root, "bolt").test()
    assert MVTecAD(root, "bolt", mask_suffix=("-wahr",)).test()[-1].read_mask().any()


@pytest.mark.parametrize("removed", ["ground_truth", "ground_truth/scratch/001_mask.png"])
def test_defective_images_need_no_mask(make, removed):
    root = make.mvtec()
    path = make.root / "bolt" / removed
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    test = MVTecAD(root, "bolt").test()
    assert len(test) == 5
    assert sum(sample.read_mask is not None for sample in test) == (0 if removed == "ground_truth" else 2)


def test_two_images_of_one_name(make):
    root = make.mvtec()
    make.image("bolt/test/good/000.jpg")
    with pytest.raises(DataError, match=r"named '000' in .*000\.jpg and 000\.png"):
        MVTecAD(root, "bolt").test()


def test_mask_of_another_size_names_both_files(make):
    root = make.mvtec(defective=1)
    make.mask("bolt/ground_truth/scratch/000_mask.png", size=(12, 15))
    mask = MVTecAD(root, "bolt").test()[-1].read_mask
    with pytest.raises(DataError, match=r"scratch.000\.png of 16x12 and .*000_mask\.png of 15x12"):
        mask()


def test_masks_of_good_images_are_not_read(make):
    root = make.mvtec()
    make.mask("bolt/ground_truth/good/000_mask.png")
    assert MVTecAD(root, "bolt").test()[0].read_mask is None


def test_the_exported_demo_stays_the_demo(tmp_path):
    export_demo(tmp_path, "bottle", size=32)
    dataset = MVTecAD(str(tmp_path), "bottle")
    assert dataset.name == "demo"
    assert Folder(str(tmp_path), "bottle").name == Folder(str(tmp_path / "bottle")).name == "demo"
    (tmp_path / "bottle" / DEMO_MARKER).unlink()
    assert MVTecAD(str(tmp_path), "bottle").name == "mvtec_ad"


def test_mvtec_ad_is_told_by_its_number_of_images(tmp_path):
    folder = tmp_path / "toothbrush" / "train" / "good"
    folder.mkdir(parents=True)
    for number in range(59):
        (folder / f"{number:03d}.png").touch()
    assert not is_original(MVTecAD(str(tmp_path), "toothbrush"))
    (folder / "059.png").touch()
    assert is_original(MVTecAD(str(tmp_path), "toothbrush"))
    assert is_original(Folder(str(tmp_path), "toothbrush"))
    assert has_all_categories("mvtec_ad", TRAINING_IMAGES)
    assert not has_all_categories("mvtec_ad", ["toothbrush"])
    assert sum(TRAINING_IMAGES.values()) == 3629
