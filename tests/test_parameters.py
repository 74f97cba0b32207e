"""What a synthesizer drew, here and on a device."""

import torch

from synth_anomaly.parameters import Parameters


def drawn():
    return Parameters(
        {"box": torch.tensor([[0, 1, 2, 3]]), "angle": torch.tensor([0.5]), "on": torch.tensor([1])}
    )


def test_what_is_there_is_not_copied():
    parameters = drawn()
    assert parameters.to("cpu") is parameters
    moved = parameters.to("meta")
    assert moved.to(torch.device("meta")) is moved
    assert len(Parameters({}).to("meta")) == 0


def test_what_is_moved_keeps_its_shapes_types_and_host():
    parameters = drawn()
    moved = parameters.to("meta")
    for name, value in parameters.items():
        assert moved[name].device.type == "meta"
        assert (moved[name].shape, moved[name].dtype) == (value.shape, value.dtype)
        assert moved.host[name] is parameters.host[name]


def test_what_is_moved_comes_back():
    parameters = drawn()
    back = parameters.to("meta").to("cpu")
    assert all(torch.equal(back[name], value) for name, value in parameters.items())
