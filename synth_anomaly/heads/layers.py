"""Tables of convolutions: what a paper prints, row by row, as a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from torch import nn

from synth_anomaly.interfaces import Size

__all__ = ["Layer", "build_layers", "layer_sizes"]


@dataclass(frozen=True)
class Layer:
    """One row of such a table.

    Attributes:
        kind: ``"conv"`` is a convolution, ``"up"`` a transposed one.
        channels: Width of what goes out.
        kernel: Side of the kernel, in pixels.
        stride: Stride; an ``"up"`` row multiplies the size by it.
        padding: Padding on each side.
        output_padding: Rows and columns that an ``"up"`` row adds below and on the right.
    """

    kind: Literal["conv", "up"]
    channels: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1
    output_padding: int = 0


def build_layers(in_channels: int, layers: Sequence[Layer], *, plain_last: bool = True) -> nn.Sequential:
    """Return the network that a table describes, one module a row.

    Args:
        in_channels: Width of what comes in.
        layers: The rows. Batch normalisation and ReLU follow each.
        plain_last: Whether the last row is a convolution with a bias and nothing after it.

    Example:
        >>> import torch
        >>> network = build_layers(8, [Layer("up", 4, kernel=4, stride=2), Layer("conv", 1)])
        >>> network(torch.rand(2, 8, 5, 6)).shape
        torch.Size([2, 1, 10, 12])
    """
    widths = [in_channels, *(layer.channels for layer in layers)]
    plain = len(layers) - 1 if plain_last else None
    return nn.Sequential(
        *(
            _convolution(width, layer, bias=True) if row == plain else _normalised(width, layer)
            for row, (width, layer) in enumerate(zip(widths[:-1], layers, strict=True))
        )
    )


def layer_sizes(layers: Sequence[Layer], size: Size) -> Iterator[Size]:
    """Yield the height and width after each row, from the ``size`` that comes in.

    Example:
        >>> list(layer_sizes([Layer("conv", 1), Layer("up", 1, kernel=4, stride=2)], (8, 5)))
        [(8, 5), (16, 10)]
    """
    height, width = size
    for layer in layers:
        height, width = _side(layer, height), _side(layer, width)
        yield height, width


def _side(layer: Layer, side: int) -> int:
    if layer.kind == "conv":
        return (side + 2 * layer.padding - layer.kernel) // layer.stride + 1
    return (side - 1) * layer.stride - 2 * layer.padding + layer.kernel + layer.output_padding


def _convolution(in_channels: int, layer: Layer, *, bias: bool) -> nn.Module:
    if layer.kind == "conv":
        return nn.Conv2d(in_channels, layer.channels, layer.kernel, layer.stride, layer.padding, bias=bias)
    return nn.ConvTranspose2d(
        in_channels,
        layer.channels,
        layer.kernel,
        layer.stride,
        layer.padding,
        layer.output_padding,
        bias=bias,
    )


def _normalised(in_channels: int, layer: Layer) -> nn.Sequential:
    # Batch normalisation has a bias of its own.
    convolution = _convolution(in_channels, layer, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(layer.channels), nn.ReLU(inplace=True))
