"""The plots' axes."""

import re
from itertools import pairwise

import pytest

from synth_anomaly.reporting.per_image import ImageFacts
from synth_anomaly.reporting.plots import score_plot

_CHARACTER = 6.5  # a digit's width at a tick's size, in the plot's units


def facts(score, defect="good"):
    name = f"{defect}/{score}"
    return ImageFacts(name=name, defect=defect, score=score, map_max=0.0, iou=0.0, predicted_share=0.0)


@pytest.mark.parametrize(
    "scores", [(0, 1), (0.1, 0.93), (9000, 10500), (12345, 54321), (1e-5, 9e-5), (5, 5), (-2, 1e6)]
)
def test_numbers_along_the_scores_do_not_touch(scores):
    plot = score_plot([facts(score) for score in scores])
    found = re.findall(r'<text class="tick" x="([\d.]+)"[^>]*>([^<]+)</text>', plot)
    assert found
    spans = [(float(x), len(text) * _CHARACTER / 2) for x, text in found]
    assert all(right - half > left + other for (left, other), (right, half) in pairwise(spans))


def test_numbers_are_round_and_in_the_range():
    found = re.findall(r'<text class="tick"[^>]*>([^<]+)</text>', score_plot([facts(9000), facts(10500)]))
    assert found == ["9000", "9500", "10000", "10500"]
