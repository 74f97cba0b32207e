from math import ceil

import pytest
import torch

from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.heads import UNetDecoder
from synth_anomaly.interfaces import Head

CHANNELS, STRIDES = (4, 8, 16), (4, 8, 16)


def pyramid(size, channels=CHANNELS, strides=STRIDES):
    return [
        torch.randn(2, width, *(ceil(side / stride) for side in size))
        for width, stride in zip(channels, strides, strict=True)
    ]


@pytest.mark.parametrize("size", [(64, 64), (50, 67), (16, 80), (9, 5)])
@pytest.mark.parametrize("channels", [4, (8, 6, 4)])
def test_the_result_has_exactly_the_size_asked_for(size, channels):
    head = UNetDecoder(CHANNELS, channels, out_channels=2)
    assert isinstance(head, Head)
    assert head(pyramid(size), size).shape == (2, 2, *size)


@pytest.mark.parametrize("strides", [(1, 2, 4), (2, 4, 8), (4, 8, 16), (8, 16, 32)])
def test_the_last_step_works_at_half_the_size_or_finer(strides):
    head = UNetDecoder(CHANNELS, 4)
    sizes = []
    head.steps[-1].register_forward_hook(lambda module, inputs, output: sizes.append(output.shape[-1]))
    head(pyramid((64, 64), strides=strides), (64, 64))
    assert sizes == [64 if strides[0] == 1 else 32]


def test_every_level_changes_the_result():
    head = UNetDecoder(CHANNELS, 4).eval()
    features = pyramid((64, 64))
    result = head(features, (64, 64))
    for level in range(len(features)):
        changed = list(features)
        changed[level] = changed[level] + 1
        assert (head(changed, (64, 64)) - result).abs().max() > 1e-4


@pytest.mark.parametrize("in_channels", [8, (8,), (4, 8)])
def test_gradients_reach_every_parameter_also_under_bfloat16_autocast(in_channels):
    head = UNetDecoder(in_channels, 4)
    features = pyramid((32, 32), (4, 8), (4, 8)) if in_channels == (4, 8) else [torch.randn(2, 8, 8, 8)]
    with torch.autocast("cpu", torch.bfloat16):
        decoded = head(features, (32, 32))
    decoded.float().square().mean().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in head.parameters())


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(OptionError, match="each of the 3 feature maps"):
        UNetDecoder(CHANNELS, (8, 4))
    with pytest.raises(DataError, match="3 feature maps got 2"):
        UNetDecoder(CHANNELS, 4)(pyramid((32, 32))[:2], (32, 32))
