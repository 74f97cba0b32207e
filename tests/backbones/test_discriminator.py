import pytest
import torch

from synth_anomaly.backbones import Discriminator, channels_for, dcgan_channels
from synth_anomaly.errors import DataError, OptionError

# AnoSeg, table 6: channels and side after each layer but the last, which gives 1 at 1x1.
TABLE_6 = [(64, 128), (128, 64), (256, 32), (512, 16), (512, 8), (512, 4), (128, 2)]


def test_the_default_is_the_papers_table():
    with torch.device("meta"):
        judge = Discriminator()
        judgement = judge(torch.empty(2, 4, 256, 256))
    assert [tuple(level.shape) for level in judgement.features] == [
        (2, channels, side, side) for channels, side in TABLE_6
    ]
    assert judgement.matching_features.shape == (2, 128, 2, 2)
    assert judgement.logits.shape == (2,)
    assert judge.smallest_side == 256
    kernels = [part for part in judge.modules() if isinstance(part, torch.nn.Conv2d)]
    assert {(part.kernel_size, part.stride, part.padding) for part in kernels} == {((4, 4), (2, 2), (1, 1))}
    assert len(kernels) == 8
    slopes = {part.negative_slope for part in judge.modules() if isinstance(part, torch.nn.LeakyReLU)}
    assert slopes == {0.2}


def test_all_layers_but_the_first_and_the_last_are_normalised():
    judge = Discriminator(3, (4, 8, 8))
    normalised = [any(isinstance(part, torch.nn.BatchNorm2d) for part in layer) for layer in judge.layers]
    assert normalised == [False, True, True]
    assert isinstance(judge.last, torch.nn.Conv2d)


@pytest.mark.parametrize("size", [8, 16, 32, 64, 100, 128, 255, 256, 512])
def test_any_size_has_its_channels_and_ends_in_one_logit(size):
    with torch.device("meta"):
        judge = Discriminator(4, channels_for(size, width=8))
        assert judge(torch.empty(1, 4, size, size)).logits.shape == (1,)
        assert judge.smallest_side * 2 > size
        last = []
        judge.last.register_forward_hook(lambda module, inputs, output: last.append(output.shape[-2:]))
        judge(torch.empty(1, 4, size, size))
    assert last == [(1, 1)]


def test_the_papers_size_has_the_papers_channels():
    assert channels_for(256) == tuple(channels for channels, _ in TABLE_6)
    assert channels_for(128) == (64, 128, 256, 512, 512, 128)
    with pytest.raises(OptionError, match="at least 8"):
        channels_for(7)


@pytest.mark.parametrize("size", [8, 9, 32, 33, 64, 100, 256])
def test_dcgans_layers_end_at_four_by_four(size):
    channels = dcgan_channels(size, width=4)
    judged = Discriminator(3, channels, last_padding=0).eval()(torch.rand(1, 3, size, size))
    assert 4 <= judged.features[-1].shape[-1] < 8
    assert judged.logits.shape == (1,)


def test_dcgans_channels():
    assert dcgan_channels(64) == (64, 128, 256, 512)
    assert dcgan_channels(256) == (64, 128, 256, 512, 512, 512)
    with pytest.raises(OptionError, match="at least 8 pixels, got 7"):
        dcgan_channels(7)


def test_images_that_are_too_small_are_refused_in_words():
    with pytest.raises(DataError, match="8 layers takes images of at least 256 pixels, got 300x128"):
        Discriminator()(torch.zeros(1, 4, 300, 128))
    with pytest.raises(OptionError, match="at least one width"):
        Discriminator(4, ())


def test_larger_images_are_judged_by_the_mean_of_the_last_map():
    judge = Discriminator(4, (4, 8)).eval()
    images = torch.rand(3, 4, 24, 16)
    judgement = judge(images)
    maps = judge.last(judgement.matching_features)
    assert maps.shape == (3, 1, 3, 2)
    torch.testing.assert_close(judgement.logits, maps.mean(dim=(1, 2, 3)))
    assert len(judgement.features) == 2


def test_a_last_layer_without_padding_sees_four_by_four():
    judge = Discriminator(3, (4, 8), last_padding=0).eval()
    assert judge.smallest_side == 16
    judgement = judge(torch.rand(2, 3, 16, 16))
    valid = torch.nn.functional.conv2d(judgement.matching_features, judge.last.weight, judge.last.bias)
    torch.testing.assert_close(judgement.logits, valid.flatten())


def test_features_are_activated_and_gradients_reach_every_parameter():
    torch.manual_seed(0)
    judge = Discriminator(4, (4, 8, 8))
    judgement = judge(torch.randn(4, 4, 32, 32))
    (judgement.logits.sum() + sum(level.square().sum() for level in judgement.features)).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in judge.parameters())
    for level in judgement.features:
        assert (level < 0).any()
        assert level.max() > -level.min()


def test_bfloat16_autocast():
    with torch.autocast("cpu", torch.bfloat16):
        judgement = Discriminator(4, (4, 8))(torch.rand(2, 4, 16, 16))
    assert judgement.logits.isfinite().all()
