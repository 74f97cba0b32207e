"""Images that masks beside them tell good from defective, and folders of several good or defective kinds."""

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data import Folder, KolektorSDD2, Reading, as_samples, dataset_as
from synth_anomaly.interfaces import Dataset

SIZE = (12, 16)


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def image(path, seed):
    write(path, np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), np.uint8))


def mask(path, level, rest=0):
    pixels = np.full(SIZE, rest, np.uint8)
    pixels[:4] = level
    write(path, pixels)


@pytest.fixture
def noisy(tmp_path):
    """Six images whose masks are black but for noise of 3, and two with a defect of 200."""
    for row in range(8):
        image(tmp_path / f"{row}.png", row)
        mask(tmp_path / f"{row}_mask.png", 200 if row > 5 else 3)
    return tmp_path


def kinds(dataset):
    samples = (*dataset.train(), *dataset.test())
    return sorted((sample.path.stem, sample.is_defective) for sample in samples)


@pytest.mark.parametrize(
    ("reading", "defective"),
    [
        (Reading(mask_threshold=128), {"6", "7"}),
        (Reading(mask_threshold=201), set()),
        (Reading(mask_classes=(200,)), {"6", "7"}),
        (Reading(mask_classes=(3,)), {"0", "1", "2", "3", "4", "5"}),
        (Reading(mask_classes=(0, 3), invert_masks=True), {"6", "7"}),
    ],
)
def test_the_rule_of_masks_decides_which_images_are_defective(noisy, reading, defective):
    dataset = dataset_as(Folder(str(noisy)), reading)
    assert {name for name, is_defective in kinds(dataset) if is_defective} == defective
    assert len(kinds(dataset)) == 8


def test_the_rule_holds_for_a_folder_that_is_named(noisy):
    good = as_samples(noisy, "train", reading=Reading(mask_threshold=128))
    test = as_samples(noisy, "test", reading=Reading(mask_threshold=128))
    assert {sample.path.stem for sample in test if sample.is_defective} == {"6", "7"}
    assert not any(sample.is_defective for sample in good)


def test_a_data_set_is_not_changed_by_another_reading(noisy):
    plain = Folder(str(noisy))
    asked = dataset_as(plain, Reading(mask_threshold=128))
    assert plain.reading == Reading()
    assert asked.reading.mask_threshold == 128


def test_kolektor_sdd2_is_told_by_the_rule(tmp_path):
    for row, level in enumerate((3, 200)):
        for split in ("train", "test"):
            image(tmp_path / split / f"{row}.png", row)
            mask(tmp_path / split / f"{row}_GT.png", level)
    asked = dataset_as(KolektorSDD2(str(tmp_path)), Reading(mask_threshold=128))
    assert [sample.name for sample in asked.test()] == ["good/0", "defect/1"]
    assert [sample.name for sample in asked.train()] == ["good/0"]


def test_a_data_set_without_masks_to_tell_by_stays_as_it_is():
    class Own:
        name = category = "own"

        def train(self):
            return []

        test = train

    own = Own()
    assert isinstance(own, Dataset)
    assert dataset_as(own, Reading(mask_threshold=128)) is own


def test_a_large_mask_is_a_mask(tmp_path):
    image(tmp_path / "a.png", 0)
    mask(tmp_path / "a_mask.png", 255)
    image(tmp_path / "b.png", 1)
    small = Reading(max_pixels=SIZE[0] * SIZE[1] - 1)
    names = dict(kinds(dataset_as(Folder(str(tmp_path)), small)))
    assert names == {"a": True, "b": False}


@pytest.mark.parametrize("above", ["", "train"])
def test_all_folders_that_are_named_good_are_read(tmp_path, above):
    for row, place in enumerate(("lot1/0", "lot1/1", "lot2/0", "OK/0")):
        image(tmp_path / above / f"{place}.png", row)
    image(tmp_path / "scratch/0.png", 9)
    dataset = Folder(str(tmp_path), good=("lot1", "lot2"), bad=("scratch",))
    samples = (*dataset.train(), *dataset.test())
    assert sorted(sample.name for sample in samples) == ["OK/0", "lot1/0", "lot1/1", "lot2/0", "scratch/0"]
    assert [sample.name for sample in samples if sample.is_defective] == ["scratch/0"]
    assert not any("not read" in note for note in dataset.notes())


def test_bad_beside_train_tests(tmp_path):
    for row in range(5):
        image(tmp_path / "train/good" / f"{row}.png", row)
    image(tmp_path / "bad/0.png", 9)
    dataset = Folder(str(tmp_path))
    assert [sample.name for sample in dataset.test() if sample.is_defective] == ["bad/0"]
    assert sum(not sample.is_defective for sample in dataset.test()) == 1


def test_bad_beside_train_and_test_tests_as_well(tmp_path):
    for row, place in enumerate(("train/good/0", "test/good/0", "test/crack/0", "bad/0")):
        image(tmp_path / f"{place}.png", row)
    names = [sample.name for sample in Folder(str(tmp_path)).test()]
    assert sorted(names) == ["bad/0", "crack/0", "good/0"]


@pytest.mark.parametrize("ending", ["_mask", "-mask", "_GT", "_labels", "_annotation"])
@pytest.mark.parametrize("place", ["test", ""])
def test_a_folder_called_as_the_masks_of_another_holds_its_masks(tmp_path, ending, place):
    for row in range(4):
        image(tmp_path / ("train/good" if place else "good") / f"{row}.png", row)
    for row in range(2):
        image(tmp_path / place / f"ng/{row}.png", 9 + row)
        mask(tmp_path / place / f"ng{ending}" / f"{row}.png", 255)
    dataset = Folder(str(tmp_path))
    defective = [sample for sample in dataset.test() if sample.is_defective]
    assert [sample.name for sample in defective] == ["ng/0", "ng/1"]
    assert all(sample.read_mask().sum() == 4 * SIZE[1] for sample in defective)
    assert not any("not read" in note for note in dataset.notes())


@pytest.mark.parametrize("ending", [".mask", "_mask", "-gt", "_Labels", "_ground_truth", "_annotation"])
@pytest.mark.parametrize("folder", ["bad", "ground_truth/bad"])
def test_endings_of_masks_are_the_same_everywhere(tmp_path, ending, folder):
    for row in range(4):
        image(tmp_path / f"good/{row}.png", row)
    image(tmp_path / "bad/0.png", 9)
    mask(tmp_path / folder / f"0{ending}.png", 255)
    defective = [sample for sample in Folder(str(tmp_path)).test() if sample.is_defective]
    assert [sample.name for sample in defective] == ["bad/0"]
    assert defective[0].read_mask().any()
