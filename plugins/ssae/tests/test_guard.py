"""The guard on the corrupted share."""

import pytest
import torch
from sat_ssae.guard import ShareLimited, orthogonal_share

from synth_anomaly.catalogue import catalogue
from synth_anomaly.synthesizers import Constant, Paste, Rectangle, cutpaste, ssae, ssae_occlusion
from synth_anomaly.testing import check_synthesizer


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("synthesizer", [ssae(), ssae_occlusion(), cutpaste()])
def test_it_keeps_what_synthesizers_promise(synthesizer):
    check_synthesizer(ShareLimited(synthesizer, 0.1))


def test_what_is_small_enough_is_left_to_the_synthesizer():
    images = torch.rand(8, 3, 32, 32)
    made, plain = ShareLimited(ssae())(images, generator()), ssae()(images, generator())
    assert torch.equal(made.images, plain.images)
    assert torch.equal(made.masks, plain.masks)
    assert made.masks.mean(dim=(1, 2, 3)).max() <= 0.4


@pytest.mark.parametrize("most", [0.2, 0.4, 0.6])
def test_no_image_is_corrupted_more_than_it_may(most):
    wide = Paste(Rectangle(area=(0.05, 0.9)), Constant())
    images = torch.rand(64, 3, 32, 32)
    made, plain = ShareLimited(wide, most)(images, generator()), wide(images, generator())
    share = plain.masks.mean(dim=(1, 2, 3))
    kept = share <= most
    assert kept.any()
    assert not kept.all()
    assert made.masks.mean(dim=(1, 2, 3)).max() <= most
    assert torch.equal(made.masks[kept], plain.masks[kept])
    assert torch.equal(made.images[kept], plain.images[kept])
    assert torch.equal(made.images[~kept], images[~kept])
    assert not made.defective[~kept].any()


@pytest.mark.parametrize("most", [0.0, -0.1, 1.1])
def test_a_share_out_of_range_is_refused(most):
    with pytest.raises(ValueError, match="most must be a share"):
        ShareLimited(most=most)


def test_it_is_registered():
    made = catalogue().build("synthesizer", {"name": "share-limited", "synthesizer": "ssae-cut-out"})
    assert isinstance(made, ShareLimited)


@pytest.mark.parametrize("variance", [0.01, 0.05, 0.25])
def test_theorem_2s_share(variance):
    share = orthogonal_share(variance)
    assert share == pytest.approx(2 * variance * (1 - share))
    assert share < 0.5
