import doctest
import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    recall_score,
    roc_auc_score,
)

from synth_anomaly.errors import DataError
from synth_anomaly.evaluation import image
from synth_anomaly.evaluation.image import ImageMetrics, image_metrics


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), levels=st.sampled_from([1, 3, 2**30]))
def test_equals_scikit_learn(seed, levels):
    rng = np.random.default_rng(seed)
    labels = np.append(rng.random(12) < 0.4, [True, False])
    scores = rng.integers(0, levels, labels.size) / levels + 0.2 * labels

    metrics = image_metrics(scores, labels)

    f1 = {threshold: f1_score(labels, scores >= threshold) for threshold in np.unique(scores)}
    assert metrics.auroc == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert metrics.ap == pytest.approx(average_precision_score(labels, scores), abs=1e-12)
    assert metrics.f1_max == pytest.approx(max(f1.values()), abs=1e-12)
    assert f1[metrics.f1_threshold] == pytest.approx(metrics.f1_max, abs=1e-12)
    predicted = scores >= metrics.f1_threshold
    assert metrics.tpr == pytest.approx(recall_score(labels, predicted), abs=1e-12)
    assert metrics.tnr == pytest.approx(recall_score(~labels, ~predicted), abs=1e-12)
    assert metrics.accuracy == pytest.approx(accuracy_score(labels, predicted), abs=1e-12)
    best = [accuracy_score(labels, scores >= threshold) for threshold in [*np.unique(scores), np.inf]]
    assert metrics.accuracy_max == pytest.approx(max(best), abs=1e-12)
    assert metrics.mean_accuracy == pytest.approx(balanced_accuracy_score(labels, predicted), abs=1e-12)


def test_f1_threshold_is_the_highest_of_equals():
    metrics = image_metrics([0.9, 0.8, 0.7, 0.6], [True, False, False, True])
    assert (metrics.f1_max, metrics.f1_threshold) == (pytest.approx(2 / 3), 0.9)


def test_constant_scores_are_chance():
    metrics = image_metrics(np.full(4, 0.25), [True, False, False, False])
    assert metrics == ImageMetrics(
        auroc=0.5,
        ap=0.25,
        f1_max=0.4,
        f1_threshold=0.25,
        tpr=1.0,
        tnr=0.0,
        accuracy=0.25,
        mean_accuracy=0.5,
        accuracy_max=0.75,
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int64])
def test_any_dtype_of_numbers(dtype):
    scores, labels = np.array([3, 1, 2, 5]), np.array([True, False, True, False])
    assert image_metrics(scores.astype(dtype), labels) == image_metrics(scores.astype(float), labels)


@pytest.mark.parametrize("labels", [[True, True], [False, False], []])
def test_one_class_alone_gives_nan(labels):
    metrics = image_metrics(np.linspace(0, 1, len(labels)), labels)
    assert all(math.isnan(value) for value in astuple(metrics))


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([0.1, 0.2], [True], r"got \(2,\) and \(1,\)"),
        ([[0.1, 0.2]], [[True, False]], r"got \(1, 2\) and \(1, 2\)"),
        ([0.1, 0.2], [1, 0], "got dtype int64; pass labels > 0"),
        (["a", "b"], [True, False], "expected scores that are numbers"),
        ([0.1, math.nan], [True, False], "got nan for image 1"),
        ([math.inf, 0.1], [True, False], "got inf for image 0"),
    ],
)
def test_what_does_not_fit_is_refused(scores, labels, message):
    with pytest.raises(DataError, match=message) as caught:
        image_metrics(scores, labels)
    assert "\n" not in str(caught.value)


def test_examples_in_the_documentation():
    assert doctest.testmod(image).failed == 0
