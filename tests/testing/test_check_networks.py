"""The checks of backbones and heads catch what breaks their rules."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from synth_anomaly.testing import check_backbone, check_head


class Backbone(nn.Module):
    channels = (4, 8)
    strides = (2, 4)

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 8, 3, 2, 1)

    def forward(self, images):
        fine = self.first(images)
        return [fine, self.second(fine)]


class WrongWidth(Backbone):
    channels = (4, 16)


class WrongStride(Backbone):
    strides = (2, 8)


class TooFewDeclared(Backbone):
    channels = (4,)


class FloorsOddSizes(Backbone):
    def forward(self, images):
        return super().forward(images[:, :, : images.shape[2] // 4 * 4, : images.shape[3] // 4 * 4])


class ReturnsATuple(Backbone):
    def forward(self, images):
        return tuple(super().forward(images))


class Detached(Backbone):
    def forward(self, images):
        return [feature.detach() for feature in super().forward(images)]


class CutFromImages(Backbone):
    def forward(self, images):
        return super().forward(images.detach())


class NotFinite(Backbone):
    def forward(self, images):
        fine, coarse = super().forward(images)
        return [fine, coarse / 0]


class InfiniteGradient(Backbone):
    def forward(self, images):
        fine, coarse = super().forward(images)
        return [fine + (images[:, :1, ::2, ::2] * 0).sqrt(), coarse]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (WrongWidth, r"level 1 must be \(2, 16, 16, 16\)"),
        (WrongStride, r"level 1 must be \(2, 8, 8, 8\)"),
        (TooFewDeclared, "returns 2 maps and declares 1 channels"),
        (FloorsOddSizes, r"for images of \(65, 97\)"),
        (ReturnsATuple, "must return a list, got tuple"),
        (Detached, "level 0: it is detached"),
        (CutFromImages, "no gradient reaches the images from level 0"),
        (NotFinite, "level 1 holds values that are not finite"),
        (InfiniteGradient, "gradient of the images from level 0 is not finite"),
    ],
)
def test_a_bad_backbone_is_caught(bad, message):
    with pytest.raises(AssertionError, match=message):
        check_backbone(bad())


def test_a_good_backbone_passes():
    check_backbone(Backbone())


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fine, self.coarse = nn.Conv2d(4, 1, 1), nn.Conv2d(8, 1, 1)

    def forward(self, features, size):
        fine, coarse = self.fine(features[0]), self.coarse(features[1])
        return F.interpolate(fine + F.interpolate(coarse, fine.shape[2:]), size)


class UnusedParameter(Head):
    def __init__(self):
        super().__init__()
        self.spare = nn.Parameter(torch.zeros(1))


class OwnSize(Head):
    def forward(self, features, size):
        return super().forward(features, (64, 64))


class DetachedHead(Head):
    def forward(self, features, size):
        return super().forward(features, size).detach()


class NotFiniteHead(Head):
    def forward(self, features, size):
        return (-1 - super().forward(features, size).abs()).log()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (UnusedParameter, "no gradient reaches parameter 'spare'"),
        (OwnSize, r"must return \(2, 1, 65, 97\)"),
        (DetachedHead, "no gradient leaves the head"),
        (NotFiniteHead, "not finite"),
    ],
)
def test_a_bad_head_is_caught(bad, message):
    with pytest.raises(AssertionError, match=message):
        check_head(bad(), channels=(4, 8), strides=(2, 4))


def test_a_good_head_passes_and_a_wrong_width_does_not():
    check_head(Head(), channels=(4, 8), strides=(2, 4))
    with pytest.raises(AssertionError, match=r"must return \(2, 3, 64, 64\)"):
        check_head(Head(), channels=(4, 8), strides=(2, 4), out_channels=3)
