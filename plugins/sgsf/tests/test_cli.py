"""`sat run sgsf` and `sat run draem` as a user types them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data import Demo
from synth_anomaly.guides import BorderColour
from synth_anomaly.method import load_method
from synth_anomaly.testing import as_tensor, last_path, random_images, sat, write_data_set

TINY = [
    "--set=size=32", "--set=steps=2", "--set=width=4", "--set=batch_size=4", "--set=blocks=[1,1,1,1]",
    "--set=scorer.window=5", "--device=cpu", "--quiet",
]  # fmt: skip
SGSF = ["--set=contrast_steps=2"]
DRAEM = ["--set=reconstructive_width=4", "--set=discriminative_width=4"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A few images in MVTec AD's layout, and a folder of textures."""
    root = write_data_set(tmp_path_factory.mktemp("data"), "bolt")
    (root / "dtd").mkdir()
    Image.fromarray(random_images(1, 40, 40)[0]).save(root / "dtd" / "a.png")
    return root


@pytest.fixture
def hide(monkeypatch):
    """Have a method show nothing but its maps."""

    def hide(kind):
        forward = kind.forward
        monkeypatch.setattr(kind, "pictures", lambda *_: {})
        monkeypatch.setattr(
            kind, "forward", lambda self, images: replace(forward(self, images), reconstruction=None)
        )

    return hide


def sheet_width(folder):
    with Image.open(folder / "contact-sheet.png") as sheet:
        return sheet.width


@pytest.mark.parametrize(("method", "more"), [("sgsf", SGSF), ("draem", DRAEM)])
def test_quick_runs_and_its_run_predicts(data, tmp_path, hide, method, more):
    asked = ("run", method, "--data", data, "--category", "bolt", "--out", tmp_path / "runs")
    run = last_path(sat(*asked, *TINY, *more))
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["method"] == method
    assert 0 <= metrics["metrics"]["image_mean_accuracy"] <= 1
    image = data / "bolt" / "test" / "hole" / "0.png"
    said = sat("predict", run, image, "--out", tmp_path / "out", "--device", "cpu")
    assert said.exit_code == 0, said.output
    assert (tmp_path / "out" / "scores.csv").is_file()
    assert load_method(run).name == method
    hide(type(load_method(run)))
    plain = last_path(sat("evaluate", run, "--device=cpu"))
    # beside input, truth, map and overlay: what guides, or the reconstruction and its difference
    assert sheet_width(run) > sheet_width(plain)


@pytest.mark.parametrize(
    ("method", "preset", "more"),
    [
        ("sgsf", "paper", SGSF),
        ("sgsf", "no-guidance", SGSF),
        ("sgsf", "plain-perlin", SGSF),
        ("draem", "paper", DRAEM),
        ("draem", "sgsf-network", DRAEM),
    ],
)
def test_a_published_preset_stops_without_textures(data, tmp_path, method, preset, more):
    """It says where DTD is found."""
    asked = ("run", method, "--preset", preset, "--data", data, "--category", "bolt")
    said = sat(*asked, "--out", tmp_path / "runs", *TINY, *more)
    assert said.exit_code != 0
    assert "https://www.robots.ox.ac.uk/~vgg/data/dtd/" in said.output
    assert "--textures PATH" in said.output
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("method", "more"), [("sgsf", SGSF), ("draem", DRAEM)])
def test_the_paper_runs_with_textures(data, tmp_path, method, more):
    asked = ("run", method, "--preset", "paper", "--data", data, "--category", "bolt")
    run = last_path(sat(*asked, "--textures", data / "dtd", "--out", tmp_path / "runs", *TINY, *more))
    assert str(data / "dtd") in (run / "recipe.toml").read_text()


def test_a_texture_has_no_foreground_and_is_salient_everywhere():
    """Section III-B: where sum(S) = 0, S is 1; the guide says so itself."""
    from sat_sgsf.settings import SGSFSettings

    pixels = np.stack([sample.read() for sample in Demo("carpet", size=64).train()[:3]])
    images = as_tensor(pixels)
    assert SGSFSettings().guide(images).eq(1).all()
    assert BorderColour()(images).eq(1).all()


def test_listing_and_describing():
    assert "segmentation guided by a similar good image" in sat("list", "method").output
    for method in ("sgsf", "draem"):
        said = sat("describe", "method", method)
        assert said.exit_code == 0, said.output
        assert "quick" in said.output
