import sys
import types

import pytest
import torch

from synth_anomaly.backbones import Timm
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.interfaces import Backbone, Pretrained


class Extractor(torch.nn.Module):
    """What timm's create_model returns with features_only=True."""

    def __init__(self, in_channels, levels, *, pretrained):
        super().__init__()
        self.levels = levels
        self.convolution = torch.nn.Conv2d(in_channels, 4, 1)
        torch.nn.init.constant_(self.convolution.weight, 1.0 if pretrained else 0.0)
        self.feature_info = types.SimpleNamespace(
            channels=lambda: [4 for _ in levels], reduction=lambda: [2 ** (level + 1) for level in levels]
        )

    def forward(self, images):
        features = self.convolution(images)
        return [torch.nn.functional.avg_pool2d(features, 2 ** (level + 1)) for level in self.levels]


@pytest.fixture
def timm(monkeypatch):
    def create_model(name, *, pretrained, features_only, in_chans, out_indices=(0, 1, 2)):
        assert features_only
        if name == "no_such":
            raise RuntimeError("Unknown model (no_such)")
        return Extractor(in_chans, out_indices, pretrained=pretrained)

    monkeypatch.setitem(sys.modules, "timm", types.SimpleNamespace(create_model=create_model))


def test_without_timm_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ComponentError, match=r'pip install "synth-anomaly\[timm\]"'):
        Timm("resnet18")


def test_levels_channels_and_strides_are_timms(timm):
    trunk = Timm("any", in_channels=5, out_levels=(0, 2))
    assert isinstance(trunk, Backbone)
    assert isinstance(trunk, Pretrained)
    assert (trunk.channels, trunk.strides) == ((4, 4), (2, 8))
    assert [level.shape for level in trunk(torch.rand(2, 5, 32, 32))] == [(2, 4, 16, 16), (2, 4, 4, 4)]
    assert len(Timm("any").channels) == 3


def test_weights_are_loaded_when_asked_and_not_before(timm):
    trunk = Timm("any", pretrained=True, normalise=True)
    assert trunk.network.convolution.weight.sum() == 0
    assert trunk.load_pretrained() == []
    assert trunk.network.convolution.weight.sum() == 12
    plain = Timm("any")
    assert plain.load_pretrained() == []
    assert plain.network.convolution.weight.sum() == 0


def test_an_unknown_network_is_one_line(timm):
    with pytest.raises(ComponentError, match=r"'no_such'.*timm\.list_models"):
        Timm("no_such")


@pytest.mark.parametrize(
    "name", ["hf-hub:stranger/model", "hf_hub:stranger/model", "local-dir:/x", "timm/resnet18"]
)
def test_a_network_from_elsewhere_is_refused_before_timm_hears_of_it(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(OptionError, match=r"expected one of timm's own names without .*timm\.list_models"):
        Timm(name, pretrained=True)


def test_maps_with_channels_last_are_refused(timm):
    trunk = Timm("any")
    trunk.channels = (7, 7, 7)
    with pytest.raises(ComponentError, match=r"\(B, C, H, W\)"):
        trunk(torch.rand(1, 3, 16, 16))


def test_real_timm_where_it_is_installed():
    pytest.importorskip("timm")
    trunk = Timm("resnet10t", out_levels=(1, 2))
    maps = trunk(torch.rand(1, 3, 64, 64))
    assert [level.shape[1] for level in maps] == list(trunk.channels)
    assert [64 // level.shape[2] for level in maps] == list(trunk.strides)
