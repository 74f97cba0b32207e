import pytest
import torch
from torch.nn import functional as F

from synth_anomaly.backbones import StackedDilatedConvolution
from synth_anomaly.errors import OptionError


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_it_joins_convolutions_of_all_dilations(kernel):
    block = StackedDilatedConvolution(4, 3, kernel, (1, 2, 5)).eval()
    features = torch.rand(2, 4, 9, 14)
    parts = []
    for convolution, dilation in zip(block.convolutions, (1, 2, 5), strict=True):
        # a dilated kernel is a larger one with zeros in between
        side = dilation * (kernel - 1) + 1
        spread = torch.zeros(3, 4, side, side)
        spread[:, :, ::dilation, ::dilation] = convolution.weight
        parts.append(F.conv2d(features, spread, padding=side // 2))
    expected = (torch.cat(parts, dim=1) / (1 + block.normalise.eps) ** 0.5).clamp(min=0)
    torch.testing.assert_close(block(features), expected, rtol=1e-4, atol=1e-5)
    assert block.out_channels == 9


def test_gradient_reaches_every_parameter():
    block = StackedDilatedConvolution(2, 3, dilations=(1, 32))
    block(torch.rand(2, 2, 8, 8)).square().sum().backward()
    assert all(value.grad is not None for value in block.parameters())


@pytest.mark.parametrize(
    ("options", "message"),
    [({"kernel": 4}, "kernel takes an odd number"), ({"dilations": ()}, "dilations takes at least one"),
     ({"dilations": (0, 1)}, "dilations takes at least one")],
)  # fmt: skip
def test_mistakes_are_said(options, message):
    with pytest.raises(OptionError, match=message):
        StackedDilatedConvolution(2, 2, **options)
