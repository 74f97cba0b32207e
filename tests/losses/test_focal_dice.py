import pytest
import torch

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import Outputs, Targets
from synth_anomaly.losses import (
    Focal,
    FocalDice,
    SegmentationL1,
    SegmentationL2,
    dice,
    focal,
    segmentation_l1,
    segmentation_l2,
    weighted_mean,
)
from synth_anomaly.testing import check_loss

WEIGHTED = (focal, segmentation_l1, segmentation_l2, dice)


@pytest.fixture
def logits():
    return 3 * torch.randn(2, 1, 8, 12, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def masks():
    return (torch.rand(2, 1, 8, 12, generator=torch.Generator().manual_seed(1)) < 0.3).float()


@pytest.fixture
def counted():
    """Weights of which the left third is 0."""
    weights = torch.ones(2, 1, 8, 12)
    weights[..., :4] = 0
    return weights


def targets_of(masks, weights=None):
    blank = masks.expand(-1, 3, -1, -1)
    return Targets(blank, blank, masks, weights)


@pytest.mark.parametrize("loss", WEIGHTED)
def test_pixels_of_weight_0_are_as_if_they_were_not_there(loss, logits, masks, counted):
    torch.testing.assert_close(loss(logits, masks, weights=counted), loss(logits[..., 4:], masks[..., 4:]))
    torch.testing.assert_close(loss(logits, masks, weights=torch.ones_like(masks)), loss(logits, masks))


@pytest.mark.parametrize("loss", [Focal(), FocalDice(), SegmentationL1(), SegmentationL2()])
def test_what_is_ignored_changes_nothing_and_gets_no_gradient(loss, logits, masks, counted):
    given = logits.requires_grad_()
    value = loss(Outputs(logits=given), targets_of(masks, counted))
    value.backward()
    assert not given.grad[..., :4].any()
    assert given.grad[..., 4:].abs().min() > 0
    other, flipped = logits.detach().clone(), masks.clone()
    other[..., :4], flipped[..., :4] = 50, 1 - flipped[..., :4]
    assert torch.equal(loss(Outputs(logits=other), targets_of(flipped, counted)), value.detach())


@pytest.mark.parametrize("loss", [Focal(), FocalDice(), SegmentationL1(), SegmentationL2()])
def test_nothing_that_counts_is_a_finite_loss_without_gradient(loss, logits, masks):
    given = logits.requires_grad_()
    value = loss(Outputs(logits=given), targets_of(masks, torch.zeros_like(masks)))
    value.backward()
    assert value == 0
    assert not given.grad.any()


def test_dice_is_that_of_sets():
    masks = torch.zeros(1, 1, 10, 10)
    masks[..., :4, :] = 1
    guess = torch.zeros(1, 1, 10, 10)
    guess[..., 2:8, :] = 1
    wanted = 1 - (2 * 20 + 1) / (60 + 40 + 1)
    assert dice(200 * guess - 100, masks) == pytest.approx(wanted)
    assert dice(200 * masks - 100, masks) == pytest.approx(0, abs=1e-6)
    assert dice(torch.full_like(masks, -100), torch.zeros_like(masks)) == pytest.approx(0)


def test_it_is_the_sum_of_focal_and_dice(logits, masks):
    plain = FocalDice(gamma=1.5, focal_weight=3.0, defect_weight=1.0)(
        Outputs(logits=logits), targets_of(masks)
    )
    torch.testing.assert_close(plain, 3 * focal(logits, masks, 1.5) + dice(logits, masks))


def test_a_defects_pixel_counts_as_often_as_asked(logits, masks):
    made = FocalDice(focal_weight=1.0, defect_weight=5.0)(Outputs(logits=logits), targets_of(masks))
    inside, outside = (
        (focal(logits, masks, weights=part) * part.mean()).double() for part in (masks, 1 - masks)
    )
    torch.testing.assert_close((made - dice(logits, masks)).double(), 5 * inside + outside)


def test_it_is_a_loss():
    check_loss(FocalDice())
    check_loss(FocalDice(gamma=0.0, focal_weight=0.0))


def test_the_weighted_mean_is_numpys_average():
    import numpy as np

    values, weights = torch.rand(3, 5), torch.rand(3, 5)
    assert weighted_mean(values, weights) == pytest.approx(np.average(values, weights=weights))
    assert weighted_mean(values, None) == values.mean()
    assert weighted_mean(values, 0 * weights) == 0


def test_mistakes_are_said(masks):
    for options in ({"gamma": -1.0}, {"focal_weight": -1.0}, {"defect_weight": 0.0}):
        with pytest.raises(OptionError, match=next(iter(options))):
            FocalDice(**options)
    with pytest.raises(ComponentError, match=r"FocalDice needs outputs\.logits"):
        FocalDice()(Outputs(), targets_of(masks))
