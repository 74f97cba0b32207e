"""Predictions beside the truth."""

import numpy as np
import pytest

from synth_anomaly.errors import DataError


def test_evaluation_compares_with_the_truth(trained, labelled):
    samples = labelled()
    evaluation = trained.evaluate(samples)
    assert [sample.name for sample in evaluation.samples] == [sample.name for sample in samples]
    assert 0 <= evaluation.metrics["pixel_auroc"] <= 1
    predicted = trained.predict(samples)
    np.testing.assert_array_equal(np.stack(evaluation.maps), predicted.maps[:, 0].numpy())
    np.testing.assert_array_equal(evaluation.scores, predicted.scores.numpy())


def test_evaluation_at_the_images_own_size(trained, labelled):
    evaluation = trained.evaluate(labelled(4, 48, 40), score_size="native")
    assert {values.shape for values in evaluation.maps} == {(48, 40)}


def test_evaluation_needs_test_images(trained):
    with pytest.raises(DataError, match="at least one image"):
        trained.evaluate([])
