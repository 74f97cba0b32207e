"""The checks pass on what the core itself offers."""

import pytest

from synth_anomaly import losses, scorers
from synth_anomaly.testing import check_loss, check_scorer

LOSSES = ("MaskedL1", "SegmentationL1", "SegmentationL2", "L2", "Focal", "SSIM")


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name):
    check_loss(getattr(losses, name)())


@pytest.mark.parametrize("name", ["Max", "MeanPoolMax", "Sum", "FeatureMatching", "BoxSmoothed"])
def test_scorers(name):
    check_scorer(getattr(scorers, name)())
