from math import ceil

import pytest
import torch

from synth_anomaly.backbones import BasicBlock, Bottleneck, Stage, Stem


@pytest.mark.parametrize("size", [(64, 64), (65, 63), (33, 50), (1, 7)])
def test_a_stem_rounds_up(size):
    images = torch.rand(2, 5, *size)
    assert Stem(5, 8)(images).shape == (2, 8, *(ceil(side / 4) for side in size))
    assert Stem(5, 8, small_images=True)(images).shape == (2, 8, *size)


@pytest.mark.parametrize("block", [BasicBlock, Bottleneck])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_stage_takes_any_width_and_rounds_up(block, stride):
    stage = Stage(24, 32, blocks=2, stride=stride, block=block)
    assert len(stage) == 2
    assert stage(torch.rand(2, 24, 15, 8)).shape == (2, 32, ceil(15 / stride), ceil(8 / stride))


def test_a_stage_of_the_same_width_has_a_plain_shortcut():
    assert Stage(8, 8)[0].downsample is None
    assert Stage(8, 8, stride=2)[0].downsample is not None
    assert Stage(4, 8)[0].downsample is not None


@pytest.mark.parametrize("block", [BasicBlock, Bottleneck])
def test_a_block_that_adds_nothing_passes_its_input_on(block):
    unit = block(8, 8)
    last = unit.bn3 if block is Bottleneck else unit.bn2
    torch.nn.init.zeros_(last.weight)
    features = torch.rand(2, 8, 5, 5)
    torch.testing.assert_close(unit(features), features)


def test_convolutions_start_with_the_variance_of_their_fan_out():
    torch.manual_seed(0)
    weight = Stage(64, 128, stride=2)[1].conv1.weight
    assert weight.std().item() == pytest.approx((2 / (9 * 128)) ** 0.5, rel=0.02)
    assert abs(weight.mean().item()) < 0.001


def test_gradients_reach_every_parameter_of_composed_parts():
    network = torch.nn.Sequential(Stem(4, 8), Stage(8, 16), Stage(16, 32, stride=2, block=Bottleneck))
    network(torch.rand(2, 4, 32, 32)).square().mean().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())
