"""The check of what is fitted on features catches what breaks its rules."""

import pytest
import torch

from synth_anomaly.backbones import FittedModule
from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Prediction
from synth_anomaly.testing import check_fits_features


class Good(FittedModule):
    """The distance from the mean of the finest level's first channel."""

    def __init__(self):
        super().__init__("mean")

    def fit(self, features):
        batches = [batch[0] for batch in features]
        self.learn(mean=torch.cat(batches).mean(dim=0))
        return ["one line"]

    def forward(self, outputs, images):
        self.require_fitted()
        maps = (outputs.features[0] - self.mean)[:, :1]
        return Prediction(maps, maps.amax(dim=(1, 2, 3)))


class MeanOfMeans(Good):
    def fit(self, features):
        self.learn(mean=torch.stack([batch[0].mean(dim=0) for batch in features]).mean(dim=0))
        return []


class ReadsTwice(Good):
    def fit(self, features):
        count = sum(len(batch[0]) for batch in features)
        self.learn(mean=sum(batch[0].sum(dim=0) for batch in features) / count)
        return []


class ReadsTheFirst(Good):
    def fit(self, features):
        return super().fit([next(iter(features))])


class SaysNothing(Good):
    def fit(self, features):
        super().fit(features)


class SaysAText(Good):
    def fit(self, features):
        return super().fit(features)[0]


class UsedUnfitted(Good):
    def require_fitted(self):
        if not self.is_fitted:
            self.mean = torch.zeros(())


class ManyLines(Good):
    def require_fitted(self):
        if not self.is_fitted:
            raise ComponentError("one line\nand another")


class KeepsAnAttribute(Good):
    scale = 1.0

    def fit(self, features):
        self.scale = 2.0
        return super().fit(features)

    def forward(self, outputs, images):
        made = super().forward(outputs, images)
        return Prediction(made.maps * self.scale, made.scores)


class FixedShape(Good):
    def _load_from_state_dict(self, *arguments):
        torch.nn.Module._load_from_state_dict(self, *arguments)


class Remembers(Good):
    def fit(self, features):
        before = self.mean if self.is_fitted else 0
        said = super().fit(features)
        self.learn(mean=self.mean + before)
        return said


def test_a_good_one_passes_and_stays_unfitted():
    piece = Good()
    check_fits_features(piece)
    check_fits_features(piece, [torch.rand(6, 3, 8, 8)])
    assert not piece.is_fitted


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (MeanOfMeans, r"result 0 is up to .* off where the images come in batches of \(1, 11\)"),
        (ReadsTwice, "reads the batches a second time"),
        (ReadsTheFirst, "must read every batch"),
        (SaysNothing, "must return lines of text, got None"),
        (SaysAText, "must return lines of text, got 'one line'"),
        (UsedUnfitted, "must raise ComponentError when it is used"),
        (ManyLines, "must say so in one line"),
        (KeepsAnAttribute, "loaded, it computes otherwise"),
        (FixedShape, "must load what another learned"),
        (Remembers, "fitted again, it computes otherwise"),
    ],
)
def test_a_bad_one_is_caught(bad, message):
    with pytest.raises(AssertionError, match=message):
        check_fits_features(bad())
