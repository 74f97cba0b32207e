"""Table 1, row by row."""

import pytest
import torch
from sat_ssae.network import Autoencoder
from torch import nn

from synth_anomaly.backbones import StackedDilatedConvolution
from synth_anomaly.errors import DataError

TABLE_1 = [  # kind, channels, side
    ("conv", 64, 512), ("conv", 64, 512), ("pool", 64, 256),
    ("conv", 128, 256), ("conv", 128, 256), ("pool", 128, 128),
    ("conv", 256, 128), ("conv", 256, 128), ("pool", 256, 64),
    *[("stack", 384, 64), ("conv", 384, 64)] * 4,
    ("up", 256, 128), ("conv", 256, 128), ("conv", 256, 128),
    ("up", 128, 256), ("conv", 128, 256), ("conv", 128, 256),
    ("up", 64, 512), ("conv", 64, 512), ("conv", 64, 512),
    ("conv", 3, 512),
]  # fmt: skip
KINDS = {
    nn.Conv2d: "conv",
    nn.MaxPool2d: "pool",
    StackedDilatedConvolution: "stack",
    nn.ConvTranspose2d: "up",
}


@pytest.mark.parametrize("kernel", [3, 5])
def test_the_layers_are_those_of_table_1_at_512(kernel):
    with torch.device("meta"):
        network = Autoencoder(kernel)
        seen, inside = (
            [],
            {
                id(part)
                for module in network.modules()
                if isinstance(module, StackedDilatedConvolution)
                for part in module.modules()
                if part is not module
            },
        )
        for module in network.modules():
            if type(module) in KINDS and id(module) not in inside:
                module.register_forward_hook(
                    lambda module, _, out: seen.append((KINDS[type(module)], out.shape[1], out.shape[2]))
                )
        result = network(torch.empty(1, 3, 512, 512))
    assert seen == TABLE_1
    assert result.shape == (1, 3, 512, 512)


@pytest.mark.parametrize("kernel", [3, 5])
def test_each_stack_has_six_dilations_of_64_filters(kernel):
    with torch.device("meta"):
        network = Autoencoder(kernel)
    stacks = [module for module in network.modules() if isinstance(module, StackedDilatedConvolution)]
    assert len(stacks) == 4
    for stack in stacks:
        assert [part.dilation for part in stack.convolutions] == [(d, d) for d in (1, 2, 4, 8, 16, 32)]
        assert {part.kernel_size for part in stack.convolutions} == {(kernel, kernel)}
        assert {part.out_channels for part in stack.convolutions} == {64}


def test_normalisation_and_relu_follow_all_but_the_last():
    network = Autoencoder(width=4)
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    with_bias = [m for m in convolutions if m.bias is not None]
    assert with_bias == [network.decoder[-1]]
    assert network.decoder[-1].kernel_size == (1, 1)
    assert network.decoder[-1].out_channels == 3
    stacks = sum(isinstance(m, StackedDilatedConvolution) for m in network.modules())
    dilated = 6 * stacks
    normalisations = sum(isinstance(m, nn.BatchNorm2d) for m in network.modules())
    assert normalisations == len(convolutions) - 1 - dilated + stacks


@pytest.mark.parametrize("size", [(8, 8), (40, 64), (64, 24)])
@pytest.mark.parametrize("kernel", [3, 5])
def test_any_multiple_of_8_comes_out_as_it_went_in(size, kernel):
    network = Autoencoder(kernel, width=4).eval()
    with torch.no_grad():
        out = network(torch.rand(2, 3, *size))
    assert out.shape == (2, 3, *size)
    assert out.dtype == torch.float32
    assert out.min() >= 0
    assert out.max() <= 1


@pytest.mark.parametrize("size", [(12, 16), (16, 20)])
def test_other_sides_are_refused(size):
    with pytest.raises(DataError, match=r"multiples of 8, got \d+ x \d+"):
        Autoencoder(width=4)(torch.rand(1, 3, *size))


def test_a_batch_is_its_images_one_by_one():
    network, images = Autoencoder(width=4).eval(), torch.rand(3, 3, 16, 24)
    with torch.no_grad():
        torch.testing.assert_close(network(images), torch.cat([network(image[None]) for image in images]))


def test_gradient_reaches_every_parameter():
    network = Autoencoder(width=4, poolings=2)
    network(torch.rand(2, 3, 32, 32)).square().mean().backward()
    assert all(value.grad is not None for value in network.parameters())
