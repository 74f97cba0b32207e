import pytest
import torch
from torch.nn import functional as F

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.heads import Pyramid
from synth_anomaly.interfaces import Head
from synth_anomaly.testing import check_head
from synth_anomaly.testing.head import example_features

CHANNELS, STRIDES = (4, 8, 16), (4, 8, 16)


@pytest.mark.parametrize(("channels", "strides"), [(CHANNELS, STRIDES), ((4, 8), (2, 4)), ((5,), (4,))])
@pytest.mark.parametrize("out_channels", [1, 3])
def test_it_is_a_head(channels, strides, out_channels):
    head = Pyramid(channels, channels=6, out_channels=out_channels)
    assert isinstance(head, Head)
    check_head(head, channels=channels, strides=strides, out_channels=out_channels)


def test_a_single_number_is_a_single_map():
    assert Pyramid(4, channels=6)([torch.rand(1, 4, 6, 5)], (12, 10)).shape == (1, 1, 12, 10)


def test_it_is_the_pyramid_written_out():
    head = Pyramid(CHANNELS, channels=6).eval()
    fine, middle, coarse = example_features(CHANNELS, STRIDES, (64, 96))
    assert [lateral.out_channels for lateral in head.lateral] == [3, 6, 6]

    def enlarged(features, like):
        return F.interpolate(features, like.shape[-2:], mode="bilinear")

    merged = head.merge[1](head.lateral[1](middle) + enlarged(head.lateral[2](coarse), middle))
    merged = head.merge[0](head.lateral[0](fine) + enlarged(head.narrow(merged), fine))
    expected = F.interpolate(head.last(merged), (64, 96), mode="bilinear")
    torch.testing.assert_close(head([fine, middle, coarse], (64, 96)), expected)


def test_every_level_changes_the_result():
    head, features = Pyramid(CHANNELS, channels=6).eval(), example_features(CHANNELS, STRIDES, (64, 64))
    result = head(features, (64, 64))
    for level in range(3):
        changed = [feature + (row == level) for row, feature in enumerate(features)]
        assert (head(changed, (64, 64)) - result).abs().max() > 1e-4


@pytest.mark.parametrize("prior", [0.01, 0.12, 0.5])
def test_its_map_begins_about_the_prior(prior):
    head = Pyramid(CHANNELS, prior=prior).eval()
    nothing = [torch.zeros_like(feature) for feature in example_features(CHANNELS, STRIDES, (64, 64))]
    torch.nn.init.zeros_(head.last.map.weight)
    torch.testing.assert_close(head(nothing, (64, 64)).sigmoid(), torch.full((2, 1, 64, 64), prior))


def test_gradients_reach_every_parameter_also_under_bfloat16_autocast():
    head = Pyramid(CHANNELS, channels=6)
    with torch.autocast("cpu", torch.bfloat16):
        logits = head(example_features(CHANNELS, STRIDES, (32, 32)), (32, 32))
    logits.float().square().mean().backward()
    assert all(parameter.grad.isfinite().all() for parameter in head.parameters())


def test_mistakes_are_said():
    with pytest.raises(DataError, match="a head for 3 feature maps got 2"):
        Pyramid(CHANNELS)(example_features(CHANNELS, STRIDES, (32, 32))[:2], (32, 32))
    for options in ({"channels": 0}, {"out_channels": 0}, {"prior": 0.0}, {"prior": 1.0}):
        with pytest.raises(OptionError, match="channels and out_channels take numbers of at least 1"):
            Pyramid(CHANNELS, **options)
