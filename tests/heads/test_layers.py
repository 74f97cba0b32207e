import pytest
import torch

from synth_anomaly.heads import Layer, build_layers, layer_sizes


@pytest.mark.parametrize(
    "layer",
    [
        Layer("conv", 3),
        Layer("conv", 3, kernel=1, padding=0),
        Layer("conv", 3, kernel=4, stride=2),
        Layer("up", 3, kernel=4, stride=2),
        Layer("up", 3, kernel=3, stride=2, output_padding=1),
        Layer("up", 3, kernel=2, stride=2, padding=0),
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [(8, 8), (7, 10)])
@pytest.mark.parametrize("plain_last", [True, False])
def test_sizes_are_those_that_come_out(layer, size, plain_last):
    network = build_layers(2, [layer], plain_last=plain_last)
    expected = list(layer_sizes([layer], size))
    assert [tuple(network(torch.rand(1, 2, *size)).shape)] == [(1, 3, *out) for out in expected]


def test_all_rows_but_a_plain_last_are_normalised_and_rectified():
    rows = [Layer("up", 4, kernel=4, stride=2), Layer("conv", 5), Layer("conv", 1)]
    plain, normalised = build_layers(3, rows), build_layers(3, rows, plain_last=False)
    kinds = [type(row).__name__ for row in plain]
    assert kinds == ["Sequential", "Sequential", "Conv2d"]
    assert plain[-1].bias is not None
    for row in normalised:
        assert [type(part).__name__ for part in row][1:] == ["BatchNorm2d", "ReLU"]
        assert row[0].bias is None
