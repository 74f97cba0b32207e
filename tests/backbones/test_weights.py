import functools
import hashlib
import http.server
import threading

import pytest
import torch
from safetensors.torch import save_file

from synth_anomaly.backbones import ResNet18, adapt_input
from synth_anomaly.errors import DataError
from synth_anomaly.pretrained.resnet import ResNet18Weights


@pytest.fixture
def published():
    """A small stand-in for a published file, with a classifier."""
    torch.manual_seed(1)
    state = dict(ResNet18(width=4).state_dict())
    return {**state, "fc.weight": torch.rand(10, 32), "fc.bias": torch.rand(10)}


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_files_load_by_name_and_the_classifier_is_named(published, tmp_path, suffix):
    path = tmp_path / f"weights{suffix}"
    torch.save(published, path) if suffix == ".pth" else save_file(published, path)
    trunk = ResNet18(width=4, weights=str(path))
    assert not torch.equal(trunk.conv1.weight, published["conv1.weight"])
    assert trunk.load_pretrained() == [f"fc.*: in {path.name}, not used by this network"]
    for name, value in trunk.state_dict().items():
        assert torch.equal(value, published[name])


def test_what_is_saved_loads_into_the_published_network(published, tmp_path):
    save_file(ResNet18(width=4).state_dict(), tmp_path / "ours.safetensors")
    assert ResNet18(width=4, weights=str(tmp_path / "ours.safetensors")).load_pretrained() == []


def test_no_weights_asked_for_none_loaded():
    assert ResNet18(width=4).load_pretrained() == []


def test_constructing_reads_nothing(tmp_path):
    absent = str(tmp_path / "absent.pth")
    assert ResNet18(width=4, weights=absent).weights == absent


def test_stages_that_are_not_built_take_one_line(published, tmp_path):
    torch.save(published, tmp_path / "w.pth")
    lines = ResNet18(width=4, out_levels=(2,), weights=str(tmp_path / "w.pth")).load_pretrained()
    assert [line.split(":")[0] for line in lines] == ["layer3.*", "layer4.*", "fc.*"]


def test_every_key_that_does_not_load_has_its_line(published, tmp_path):
    del published["layer1.0.bn1.bias"], published["layer1.0.bn1.num_batches_tracked"]
    published["layer2.0.conv1.weight"] = torch.rand(8, 4, 5, 5)
    published["extra.weight"] = torch.rand(1)
    torch.save(published, tmp_path / "w.pth")
    lines = ResNet18(width=4, weights=str(tmp_path / "w.pth")).load_pretrained()
    assert [line.split(":")[0] for line in lines] == [
        "layer1.0.bn1.bias",
        "layer2.0.conv1.weight",
        "fc.*",
        "extra.weight",
    ]
    assert "(8, 4, 5, 5) in w.pth, (8, 4, 3, 3) here" in lines[1]


def test_coordinate_channels_start_without_a_say(published, tmp_path):
    torch.save(published, tmp_path / "w.pth")
    rgb, five = (ResNet18(channels, 4, weights=str(tmp_path / "w.pth")).eval() for channels in (3, 5))
    for trunk in (rgb, five):
        assert len(trunk.load_pretrained()) == 1
    images = torch.rand(2, 5, 32, 32)
    torch.testing.assert_close(five(images)[-1], rgb(images[:, :3])[-1])
    assert five.conv1.weight.requires_grad


def test_one_channel_sees_a_grey_image_as_rgb_does(published, tmp_path):
    torch.save(published, tmp_path / "w.pth")
    rgb, grey = (ResNet18(channels, 4, weights=str(tmp_path / "w.pth")).eval() for channels in (3, 1))
    for trunk in (rgb, grey):
        trunk.load_pretrained()
    images = torch.rand(2, 1, 32, 32)
    torch.testing.assert_close(grey(images)[-1], rgb(images.expand(-1, 3, -1, -1))[-1])


def test_widths_without_a_rule_stay():
    weight = torch.rand(4, 3, 7, 7)
    assert adapt_input(weight, 2) is weight
    assert adapt_input(weight, 3) is weight
    five = torch.rand(4, 5, 7, 7)
    assert adapt_input(five, 5) is five


@pytest.mark.parametrize("name", ["absent.pth", "absent.safetensors"])
def test_an_absent_file_is_named(tmp_path, name):
    with pytest.raises(DataError, match=f"no weights at .*{name}"):
        ResNet18(width=4, weights=str(tmp_path / name)).load_pretrained()


@pytest.mark.parametrize("name", ["broken.pth", "broken.safetensors"])
@pytest.mark.parametrize("content", [b"", b"no weights at all, but long enough to be read"])
def test_a_broken_file_is_one_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match="cannot read weights") as caught:
        ResNet18(width=4, weights=str(tmp_path / name)).load_pretrained()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [{"epoch": 3}, [torch.rand(1)], {}])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "w.pth")
    with pytest.raises(DataError, match="not a state dict"):
        ResNet18(width=4, weights=str(tmp_path / "w.pth")).load_pretrained()


def test_code_in_a_pickle_is_not_run(tmp_path):
    torch.save({"weight": functools.partial(print, "run")}, tmp_path / "w.pth")
    with pytest.raises(DataError, match="cannot read weights"):
        ResNet18(width=4, weights=str(tmp_path / "w.pth")).load_pretrained()


def test_weights_of_another_width_do_not_load_in_silence(published, tmp_path):
    torch.save(published, tmp_path / "w.pth")
    with pytest.raises(DataError, match=r"no weight of w\.pth fits"):
        ResNet18(width=8, weights=str(tmp_path / "w.pth")).load_pretrained()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Serve a folder on this machine, and keep torch.hub's downloads in another."""
    (tmp_path / "served").mkdir()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield tmp_path / "served", f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def offer(folder, address, monkeypatch, state, *, digest=None):
    torch.save(state, folder / "plain.pth")
    digest = digest or hashlib.sha256((folder / "plain.pth").read_bytes()).hexdigest()[:8]
    (folder / "plain.pth").rename(folder / f"resnet18-{digest}.pth")
    monkeypatch.setattr(ResNet18Weights, "url", f"{address}/resnet18-{digest}.pth")


def test_published_weights_are_downloaded_once(published, serve, monkeypatch, tmp_path):
    folder, address = serve
    offer(folder, address, monkeypatch, published)
    for _ in range(2):
        trunk = ResNet18(width=4, weights="imagenet")
        assert [line.split(":")[0] for line in trunk.load_pretrained()] == ["fc.*"]
        assert torch.equal(trunk.conv1.weight, published["conv1.weight"])
        for served in folder.iterdir():
            served.unlink()
    assert len(list((tmp_path / "home/hub/checkpoints").iterdir())) == 1


def test_a_download_that_is_not_what_its_name_says_is_refused(published, serve, monkeypatch, tmp_path):
    folder, address = serve
    offer(folder, address, monkeypatch, published, digest="00000000")
    with pytest.raises(DataError, match="expected the SHA-256 00000000") as caught:
        ResNet18(width=4, weights="imagenet").load_pretrained()
    assert "give its path as the option weights" in str(caught.value)
    assert not list((tmp_path / "home/hub/checkpoints").iterdir())


def test_an_address_without_a_checksum_is_told_where_it_belongs(serve, monkeypatch, tmp_path):
    monkeypatch.setattr(ResNet18Weights, "url", f"{serve[1]}/resnet18.pth")
    message = "got 'resnet18': declare it at the end of the file's name, resnet18-<SHA-256>.pth, or nothing"
    with pytest.raises(DataError, match=message) as caught:
        ResNet18(width=4, weights="imagenet").load_pretrained()
    assert "beside the address" not in str(caught.value)
    assert "give its path as the option weights" in str(caught.value)
    assert not (tmp_path / "home").exists()


def test_a_server_without_the_file_is_one_line(serve, monkeypatch):
    monkeypatch.setattr(ResNet18Weights, "url", f"{serve[1]}/absent-00000000.pth")
    with pytest.raises(DataError, match=r"cannot get weights: cannot get http.*404"):
        ResNet18(width=4, weights="imagenet").load_pretrained()


def test_the_published_addresses_are_torchvisions():
    assert ResNet18Weights.url == "https://download.pytorch.org/models/resnet18-f37072fd.pth"
