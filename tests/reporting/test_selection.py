from math import nan

import numpy as np
import pytest

from synth_anomaly.reporting.per_image import ImageFacts, image_facts
from synth_anomaly.reporting.selection import select


def facts(ious, goods=()):
    bad = [
        ImageFacts(name=f"crack/{n}", defect="crack", score=n, map_max=1, iou=iou, predicted_share=0.1)
        for n, iou in enumerate(ious)
    ]
    return bad + [
        ImageFacts(name=f"good/{n}", defect="good", score=score, map_max=1, iou=nan, predicted_share=0.0)
        for n, score in enumerate(goods)
    ]


def chosen(images, count=3):
    return {group.title.split()[0]: group.rows for group in select(images, count)}


def test_defective_images_are_ranked_by_their_overlap():
    groups = chosen(facts([0.5, 0.9, 0.1, 0.7, 0.3]), count=1)
    assert groups == {"Best": (1,), "Median": (0,), "Worst": (2,)}


def test_good_images_show_the_lowest_median_and_highest_score():
    assert chosen(facts([], [0.4, 0.1, 0.9, 0.2, 0.3])) == {"Good": (1, 4, 2)}


@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("number", range(20))
def test_no_image_is_shown_twice(number, count):
    groups = chosen(facts(np.linspace(0, 1, number), np.arange(number)), count)
    rows = [row for group in groups.values() for row in group]
    assert len(rows) == len(set(rows))
    assert all(groups.values())
    assert all(len(rows) <= max(count, 3) for rows in groups.values())


def test_without_masks_images_are_ranked_by_score(new_evaluation):
    images = image_facts(new_evaluation(with_masks=False))
    best = next(group for group in select(images) if group.title.startswith("Best"))
    assert best.note == "by score"
    top = max((image for image in images if image.is_defective), key=lambda image: image.score)
    assert images[best.rows[0]] == top


def test_an_image_whose_overlap_is_undefined_comes_last():
    assert chosen(facts([nan, 0.0, 0.5]), count=1)["Worst"] == (0,)


def test_facts_are_those_of_the_threshold(evaluation):
    first = next(image for image in image_facts(evaluation) if image.is_defective)
    assert first.iou == pytest.approx(1.0)
    assert first.predicted_share == pytest.approx(144 / 576)
    last = image_facts(evaluation)[-1]
    assert last.iou == pytest.approx(7 / 12)


def test_good_images_have_no_overlap(evaluation):
    assert all(np.isnan(image.iou) for image in image_facts(evaluation) if not image.is_defective)
