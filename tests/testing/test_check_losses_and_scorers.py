"""The checks of losses and scorers catch what breaks their rules."""

import pytest
import torch
from torch.nn import functional as F

from synth_anomaly.interfaces import Outputs, Prediction
from synth_anomaly.testing import check_loss, check_scorer


class Good:
    lower_is_better = True

    def __call__(self, outputs, targets):
        return F.binary_cross_entropy_with_logits(outputs.logits, targets.masks)


class PerImage(Good):
    def __call__(self, outputs, targets):
        return (outputs.logits - targets.masks).abs().mean(dim=(1, 2, 3))


class EmptyRegion(Good):
    def __call__(self, outputs, targets):
        return (outputs.logits * targets.masks).sum() / targets.masks.sum()


class FullRegion(Good):
    def __call__(self, outputs, targets):
        normal = 1 - targets.masks
        return (outputs.reconstruction * normal).sum() / normal.sum()


class Saturates(Good):
    def __call__(self, outputs, targets):
        likely = outputs.logits.sigmoid()
        return -(targets.masks * likely.log() + (1 - targets.masks) * (1 - likely).log()).mean()


class GradientOfARoot(Good):
    def __call__(self, outputs, targets):
        return (outputs.logits * targets.masks).square().sum().sqrt()


class Detached(Good):
    def __call__(self, outputs, targets):
        return super().__call__(outputs, targets).detach()


class WrongSign(Good):
    def __call__(self, outputs, targets):
        return -super().__call__(outputs, targets)


class SaysNothing(WrongSign):
    lower_is_better = False


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (PerImage, r"must return a scalar, got float32 \(2,\)"),
        (EmptyRegion, "loss is nan on the empty mask"),
        (FullRegion, "loss is nan on the full mask"),
        (Saturates, "loss is (inf|nan)"),
        (GradientOfARoot, "gradient of the logits on the empty mask is not finite"),
        (Detached, "no gradient leaves the loss"),
        (WrongSign, "perfect outputs must cost less"),
    ],
)
def test_a_bad_loss_is_caught(bad, message):
    with pytest.raises(AssertionError, match=message):
        check_loss(bad())


@pytest.mark.parametrize("good", [Good(), SaysNothing()])
def test_good_losses_pass(good):
    check_loss(good)


class Scorer:
    def __call__(self, outputs, images):
        maps = outputs.logits.sigmoid()
        return Prediction(maps, self.score(maps))

    def score(self, maps):
        return maps.amax(dim=(1, 2, 3))


class OneForAll(Scorer):
    def score(self, maps):
        return maps.amax()


class ScaledByTheBatch(Scorer):
    def score(self, maps):
        scores = super().score(maps)
        return scores / scores.max()


class SmallMaps(Scorer):
    def __call__(self, outputs, images):
        made = super().__call__(outputs, images)
        return Prediction(made.maps[..., ::2, ::2], made.scores)


class MapsScaledByTheBatch(Scorer):
    def __call__(self, outputs, images):
        made = super().__call__(outputs, images)
        return Prediction(made.maps / made.maps.max(), made.scores)


class NotFinite(Scorer):
    def score(self, maps):
        return (super().score(maps) - 2).log()


class ReturnsATuple(Scorer):
    def __call__(self, outputs, images):
        made = super().__call__(outputs, images)
        return made.maps, made.scores


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (OneForAll, r"scores must be \(3,\), got float32 \(\)"),
        (ScaledByTheBatch, "scores of image 0 depend"),
        (SmallMaps, r"maps must be \(3, 1, 40, 56\)"),
        (MapsScaledByTheBatch, "maps of image 0 depend"),
        (NotFinite, "scores hold values that are not finite"),
        (ReturnsATuple, "must return a Prediction, got tuple"),
    ],
)
def test_a_bad_scorer_is_caught(bad, message):
    with pytest.raises(AssertionError, match=message):
        check_scorer(bad())


def test_a_good_scorer_passes_also_on_given_outputs():
    check_scorer(Scorer())
    check_scorer(Scorer(), Outputs(logits=torch.zeros(2, 1, 8, 8)), torch.zeros(2, 3, 8, 8))
