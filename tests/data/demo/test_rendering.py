"""Properties of every picture of the demo data set."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from synth_anomaly.data.demo import CATEGORIES, defect_names, render
from synth_anomaly.errors import DataError

KINDS = [(category, defect) for category in CATEGORIES for defect in defect_names(category)]
LEAST_AREA, MOST_AREA = 0.0005, 0.05


@pytest.mark.parametrize(("category", "defect"), [("bottle", "good"), *KINDS])
def test_same_arguments_give_the_same_picture(category, defect):
    first, second = (render(category, defect, 3, size=64, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.mask, second.mask)
    np.testing.assert_array_equal(first.clean, second.clean)


@pytest.mark.parametrize("category", CATEGORIES)
def test_index_split_and_seed_each_change_the_picture(category):
    pictures = [
        render(category, "good", 0, size=32).image,
        render(category, "good", 1, size=32).image,
        render(category, "good", 0, size=32, split="train").image,
        render(category, "good", 0, size=32, seed=1).image,
    ]
    for number, picture in enumerate(pictures):
        for other in pictures[:number]:
            assert not np.array_equal(picture, other)


@pytest.mark.parametrize(("category", "defect"), KINDS)
def test_only_the_mask_differs_from_the_clean_twin(category, defect):
    for index in range(2):
        picture = render(category, defect, index, size=96)
        changed = (picture.image != picture.clean).any(axis=2)
        assert not changed[~picture.mask].any()
        assert changed[picture.mask].mean() > 0.9


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_good_part_has_no_defect(category, split):
    picture = render(category, "good", 2, split=split, size=64)
    assert not picture.mask.any()
    np.testing.assert_array_equal(picture.image, picture.clean)


@pytest.mark.parametrize(("category", "defect"), KINDS)
def test_area_of_the_defect_is_in_range(category, defect):
    for index in range(3):
        assert LEAST_AREA <= render(category, defect, index).mask.mean() <= MOST_AREA


@pytest.mark.parametrize(("category", "defect"), KINDS)
def test_another_size_shows_the_same_part_and_defect(category, defect):
    large, small = (render(category, defect, 1, size=size) for size in (128, 64))
    shrunk = cv2.resize(large.clean, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(float) - small.clean).mean() < 6.0
    shrunk_mask = cv2.resize(large.mask.astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
    both, either = np.minimum(shrunk_mask, small.mask).sum(), np.maximum(shrunk_mask, small.mask).sum()
    assert both / either > 0.5
    assert small.mask.mean() == pytest.approx(large.mask.mean(), rel=0.6)


@pytest.mark.parametrize("size", [32, 50, 192, 200])
def test_shapes_and_types(size):
    picture = render("grid", "thread", 0, size=size)
    assert picture.image.shape == picture.clean.shape == (size, size, 3)
    assert picture.image.dtype == picture.clean.dtype == np.uint8
    assert picture.mask.shape == (size, size)
    assert picture.mask.dtype == np.bool_
    assert picture.mask.any()


def test_exposure_keeps_most_pixels_off_the_limits():
    for category in CATEGORIES:
        picture = render(category, "good", 4, size=64).image
        assert (picture == 255).mean() < 0.2
        assert picture.std() > 8.0


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("botle", "good", 0), {}, "Unknown demo category 'botle'.*bottle, carpet, grid, hazelnut"),
        (
            ("bottle", "dent", 0),
            {},
            "Unknown defect 'dent' of demo category 'bottle'.*good, chip, contamination",
        ),
        (("bottle", "good", -1), {}, "index must be 0 or more, got -1"),
        (("bottle", "good", 0), {"size": 31}, "size must be 32 or more, got 31"),
        (("bottle", "good", 0), {"seed": -2}, "seed must be 0 or more, got -2"),
        (("bottle", "good", 0), {"split": "val"}, "Unknown split 'val'.*train, test"),
    ],
)
def test_wrong_arguments_are_refused_in_one_line(arguments, options, message):
    with pytest.raises(DataError, match=message) as error:
        render(*arguments, **options)
    assert "\n" not in str(error.value)
