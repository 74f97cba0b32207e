"""What the guides find, and what each says where there is nothing to find."""

import os
import sys
import types
import warnings

import numpy as np
import pytest
import torch
from PIL import Image

from synth_anomaly.catalogue import catalogue
from synth_anomaly.data import Demo, resize_image
from synth_anomaly.errors import ComponentError, DataError, OptionError
from synth_anomaly.guides import (
    BorderColour,
    Constant,
    DrawnGuides,
    ModelFile,
    Region,
    Sharpened,
    SpectralResidual,
)
from synth_anomaly.interfaces import Guide, NamedGuide

PROVIDERS = [BorderColour(), SpectralResidual(), Constant(0.25), Region(0.2, 0.1, 0.7, 0.9), Sharpened()]


def disc(height, width, radius):
    down, across = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return (down - height / 2) ** 2 + (across - width / 2) ** 2 < radius**2


def plain_with_disc(count, height, width, radius, seed=0):
    """A red disc on a grey, slightly noisy background."""
    generator = torch.Generator().manual_seed(seed)
    background = 0.5 + 0.02 * torch.randn(count, 3, height, width, generator=generator)
    colour = torch.tensor([0.8, 0.2, 0.1])[:, None, None]
    return torch.where(disc(height, width, radius), colour, background).clamp(0, 1)


def noise(count, height, width):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


def demo(category, count=3):
    images = [resize_image(sample.read(), (128, 128)) for sample in Demo(category=category).train()[:count]]
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2) / 255


@pytest.mark.parametrize("guide", PROVIDERS, ids=lambda guide: type(guide).__name__)
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2), (40, 64)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_maps_are_in_range_for_any_image(guide, size, dtype):
    images = torch.cat([noise(2, *size), torch.zeros(1, 3, *size), torch.ones(1, 3, *size)]).to(dtype)
    maps = guide(images)
    assert maps.shape == (4, 1, *size)
    assert maps.isfinite().all()
    assert maps.min() >= 0
    assert maps.max() <= 1
    assert guide(images[:0]).shape == (0, 1, *size)


@pytest.mark.parametrize("guide", PROVIDERS, ids=lambda guide: type(guide).__name__)
def test_a_map_does_not_depend_on_the_other_images(guide):
    images = torch.cat([plain_with_disc(2, 48, 64, 12), noise(2, 48, 64)])
    maps = guide(images)
    for row in range(4):
        torch.testing.assert_close(guide(images[row : row + 1]), maps[row : row + 1], atol=1e-4, rtol=0)


@pytest.mark.parametrize("size", [(64, 64), (96, 60)])
def test_border_colour_finds_an_object_on_a_plain_background(size):
    images = plain_with_disc(3, *size, 20)
    found = BorderColour()(images) >= 0.5
    right = disc(*size, 20)
    overlap = (found & right).sum((1, 2, 3)) / (found | right).sum((1, 2, 3))
    assert overlap.min() > 0.85


def test_border_colour_knows_backgrounds_of_several_colours():
    images = plain_with_disc(2, 96, 96, 25)
    images[:, :, :, :48] = torch.where(disc(96, 96, 25)[:, :48], images[:, :, :, :48], 0.1)
    found = BorderColour()(images) >= 0.5
    right = disc(96, 96, 25)
    assert ((found & right).sum() / (found | right).sum()) > 0.8


@pytest.mark.parametrize("category", ["bottle", "hazelnut"])
def test_border_colour_finds_the_objects_of_the_demo(category):
    share = (BorderColour()(demo(category)) >= 0.5).float().mean(dim=(1, 2, 3))
    assert share.min() > 0.2
    assert share.max() < 0.7


@pytest.mark.parametrize("category", ["carpet", "grid"])
def test_border_colour_says_that_a_texture_has_no_foreground(category):
    images = demo(category)
    assert torch.equal(BorderColour()(images), torch.ones(3, 1, 128, 128))
    assert not BorderColour(textures="nowhere")(images).any()


def numpy_spectral_residual(grey, smooth):
    """Equations 6 to 11 of the paper for one small grey image."""
    spectrum = np.fft.fft2(grey)
    amplitude = np.log(np.abs(spectrum) + 1e-8)
    around = sum(np.roll(amplitude, (down, across), (0, 1)) for down in (-1, 0, 1) for across in (-1, 0, 1))
    salient = np.abs(np.fft.ifft2(np.exp(amplitude - around / 9 + 1j * np.angle(spectrum)))) ** 2
    for axis in (0, 1):
        place = np.arange(salient.shape[axis])
        kernel = np.exp(-((place[:, None] - place) ** 2) / (2 * smooth**2))
        kernel /= kernel.sum(1, keepdims=True)
        salient = np.moveaxis(np.tensordot(kernel, salient, (1, axis)), 0, axis)
    return salient


def test_spectral_residual_against_numpy():
    images = torch.cat([plain_with_disc(1, 64, 80, 9), noise(1, 64, 80)])
    maps = SpectralResidual()(images)
    for image, got in zip(images, maps[:, 0], strict=True):
        right = numpy_spectral_residual(image.mean(dim=0).double().numpy(), 2.5)
        right = np.clip(right / (6 * right.mean()), 0, 1)
        np.testing.assert_allclose(got.numpy(), right, atol=2e-3)


def test_spectral_residual_finds_a_small_object():
    smooth = torch.linspace(0.2, 0.5, 128).expand(2, 3, 128, 128)
    images = torch.where(disc(128, 128, 5), 0.9, smooth + 0.002 * noise(2, 128, 128))
    maps = SpectralResidual()(images)
    assert maps[:, 0, disc(128, 128, 5)].mean() > 0.6
    assert maps[:, 0, ~disc(128, 128, 24)].mean() < 0.2


def test_spectral_residual_is_never_empty():
    assert torch.equal(SpectralResidual()(torch.full((1, 3, 32, 32), 0.4)), torch.ones(1, 1, 32, 32))
    assert (SpectralResidual()(noise(4, 32, 32)).amax(dim=(1, 2, 3)) > 0).all()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("border-colour", {"frame": 0.5}, r"frame must be a share in \(0, 0.5\)"),
        ("border-colour", {"clusters": 0}, "clusters must be at least 1"),
        ("border-colour", {"least": 1}, "least must be a share"),
        ("border-colour", {"textures": "there"}, "'textures' takes"),
        ("spectral-residual", {"side": 0}, "side must be at least 1"),
        ("spectral-residual", {"smooth": -1}, "smooth must be at least 0"),
        ("spectral-residual", {"threshold": 0}, "threshold must be above 0"),
        ("constant", {"value": 2}, r"value must be in \[0, 1\]"),
        ("model-file", {"path": "net.pth"}, "path must end with .pt or .onnx"),
        ("model-file", {"path": "net.pt", "side": -1}, "side must be a number of pixels"),
        ("drawn-guides", {}, "needs option 'folder'"),
    ],
)
def test_wrong_options_are_named(name, options, message):
    with pytest.raises(OptionError, match=message):
        catalogue().build("guide", {"name": name, **options})


@pytest.mark.parametrize("guide", [*PROVIDERS, DrawnGuides("/maps"), ModelFile("/net.onnx", 320, True)])
def test_descriptions_survive_the_round_trip(guide):
    assert isinstance(guide, Guide)
    described = catalogue().describe("guide", guide)
    assert catalogue().build("guide", described) == guide


# maps that were drawn


@pytest.fixture
def drawn(tmp_path):
    (tmp_path / "good").mkdir()
    left = np.zeros((20, 40), np.uint8)
    left[:, :20] = 255
    Image.fromarray(left).save(tmp_path / "good" / "000.png")
    Image.fromarray(np.full((5, 5), 128, np.uint8)).save(tmp_path / "001.bmp")
    return tmp_path


def test_drawn_guides_are_found_by_name_and_resized(drawn):
    guide = DrawnGuides(str(drawn))
    assert isinstance(guide, NamedGuide)
    maps = guide.named(torch.zeros(2, 3, 10, 16), ["good/000", "good/001"])
    assert maps.shape == (2, 1, 10, 16)
    assert (maps[0, 0, :, :7] == 1).all()
    assert (maps[0, 0, :, 9:] == 0).all()
    torch.testing.assert_close(maps[1], torch.full((1, 10, 16), 128 / 255))
    assert guide.named(torch.zeros(0, 3, 10, 16), []).shape == (0, 1, 10, 16)


def test_a_missing_drawn_guide_is_named(drawn):
    with pytest.raises(
        DataError, match=r"guide of 'good/002' in .* as good/002.png or 002.png, got no such file"
    ):
        DrawnGuides(str(drawn)).named(torch.zeros(1, 3, 8, 8), ["good/002"])


def test_drawn_guides_need_names(drawn):
    with pytest.raises(DataError, match="got 4 without names"):
        DrawnGuides(str(drawn))(torch.zeros(4, 3, 8, 8))


# networks in files


class Redness(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        return [20 * (images[:, 0] - images[:, 1]) - 5, images]


class Colours(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images


def saved(module, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that TorchScript is old
        torch.jit.script(module).save(str(path))
    return str(path)


def test_a_torchscript_file_is_run(tmp_path):
    images = plain_with_disc(2, 48, 48, 12)
    maps = ModelFile(saved(Redness(), tmp_path / "net.pt"), side=64, sigmoid=True)(images)
    assert maps.shape == (2, 1, 48, 48)
    assert maps[:, 0, disc(48, 48, 10)].min() > 0.9
    assert maps[:, 0, ~disc(48, 48, 14)].max() < 0.1


def test_images_are_normalised_for_networks_of_imagenet(tmp_path):
    class First(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images[:, :1] / 10 + 0.5

    images = noise(2, 8, 8)
    maps = ModelFile(saved(First(), tmp_path / "net.pt"), imagenet=True)(images)
    torch.testing.assert_close(maps, ((images[:, :1] - 0.485) / 0.229) / 10 + 0.5)


def test_a_file_that_changed_is_loaded_again(tmp_path):
    path = tmp_path / "net.pt"
    guide = ModelFile(saved(Redness(), path))
    guide(noise(1, 8, 8))
    saved(Colours(), path)
    os.utime(path, ns=(1, 1))
    with pytest.raises(OptionError, match=r"expected maps \(1, 1, h, w\) from .*got \(1, 3, 8, 8\)"):
        guide(noise(1, 8, 8))


def test_files_that_are_no_networks_are_named(tmp_path):
    with pytest.raises(OptionError, match="got no such file"):
        ModelFile(str(tmp_path / "none.pt"))(noise(1, 8, 8))
    (tmp_path / "text.pt").write_text("no network")
    with pytest.raises(OptionError, match="is no TorchScript file"):
        ModelFile(str(tmp_path / "text.pt"))(noise(1, 8, 8))


def test_onnx_needs_onnxruntime(tmp_path, monkeypatch):
    (tmp_path / "net.onnx").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ComponentError, match="needs onnxruntime, which is not installed"):
        ModelFile(str(tmp_path / "net.onnx"))(noise(1, 8, 8))


def test_onnx_goes_through_onnxruntime(tmp_path, monkeypatch):
    class Session:
        def __init__(self, path, providers):
            self.path = path

        def get_inputs(self):
            return [types.SimpleNamespace(name="pixels")]

        def run(self, outputs, inputs):
            return [inputs["pixels"][:, :1]]

    (tmp_path / "net.onnx").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "onnxruntime", types.SimpleNamespace(InferenceSession=Session))
    images = noise(2, 8, 8)
    torch.testing.assert_close(ModelFile(str(tmp_path / "net.onnx"))(images), images[:, :1])


def test_a_recipe_that_names_a_file_is_not_run_unless_it_is_trusted():
    recipe = {"name": "model-file", "path": "net.pt"}
    with pytest.raises(ComponentError, match="--allow-code"):
        catalogue().build("guide", recipe, allow_code=False)
    assert catalogue().build("guide", recipe) == ModelFile("net.pt")


def test_sharpened_keeps_the_ends_and_the_middle_and_moves_what_lies_between():
    levels = torch.linspace(0, 1, 11)

    def ramp(images):
        return levels.expand(len(images), 1, images.shape[2], 11)

    images = noise(2, 3, 11)
    maps = Sharpened(ramp, 4.0)(images)[0, 0, 0]
    assert maps[[0, 5, 10]].tolist() == pytest.approx([0, 0.5, 1])
    assert (maps[1:5] < levels[1:5]).all()
    assert (maps[6:10] > levels[6:10]).all()
    torch.testing.assert_close(maps, 1 - maps.flip(0))
    torch.testing.assert_close(Sharpened(ramp, 1.0)(images), ramp(images))
    torch.testing.assert_close(maps[6], torch.tensor(0.6**4 / (0.6**4 + 0.4**4)))


def test_sharpened_leaves_what_its_guide_says_of_no_foreground():
    assert Sharpened(Constant(1.0))(noise(1, 8, 8)).eq(1).all()
    assert Sharpened(Constant(0.0))(noise(1, 8, 8)).eq(0).all()
    with pytest.raises(ValueError, match="steepness must be at least 1"):
        Sharpened(steepness=0.5)


def test_sharpened_tells_its_guide_the_names():
    class Named:
        def __call__(self, images):
            raise AssertionError("the names are known")

        def named(self, images, names):
            return torch.full((len(images), 1, *images.shape[2:]), 0.8 if names == ["good/1"] else 0.0)

    maps = Sharpened(Named(), 2.0).named(noise(1, 8, 8), ["good/1"])
    torch.testing.assert_close(maps, torch.full_like(maps, 0.64 / 0.68))


def test_a_region_is_the_inside_of_its_rectangle():
    maps = Region(left=0.25, top=0.5, right=0.75, bottom=1.0)(torch.zeros(2, 3, 8, 12))
    expected = torch.zeros(8, 12)
    expected[4:, 3:9] = 1
    assert torch.equal(maps, expected.expand(2, 1, 8, 12))
    assert (Region()(torch.zeros(1, 3, 5, 7)) == 1).all()


def test_a_region_is_where_defects_lie():
    synthesizer = catalogue().build("synthesizer", "cutpaste", allow_code=False)
    images = noise(8, 32, 32)
    guide = Region(0.5, 0.0, 1.0, 0.5)(images)
    defects = synthesizer(images, torch.Generator().manual_seed(0), guide=guide)
    assert defects.masks.any()
    assert (defects.masks[guide < 0.5] == 0).all()


@pytest.mark.parametrize("sides", [(0.5, 0, 0.5, 1), (0, 0.9, 1, 0.1), (-0.1, 0, 1, 1), (0, 0, 1, 1.5)])
def test_a_region_without_an_inside_is_refused(sides):
    with pytest.raises(ValueError, match="expected 0 <= "):
        Region(*sides)
