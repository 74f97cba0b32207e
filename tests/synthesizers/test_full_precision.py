"""What a process chooses for its networks, autocast or TF32, does not reach synthesis."""

from dataclasses import dataclass

import pytest
import torch

from synth_anomaly.guides import SpectralResidual, guide_maps
from synth_anomaly.interfaces import Defects
from synth_anomaly.numerics import full_precision
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    Chain,
    Donor,
    Elastic,
    GradientDomain,
    Mixed,
    Paste,
    Perlin,
    Rectangle,
    Replayable,
    Soft,
    SoftBlob,
    WholeImage,
)

SYNTHESIZERS = {
    "perlin": Paste(Perlin((2, 8)), Donor()),
    "elastic": Paste(WholeImage(), Elastic()),
    "soft": Paste(SoftBlob((0.3, 0.6)), Donor(), Soft()),
    "gradient-domain": Paste(Rectangle((0.2, 0.5)), Donor(), GradientDomain()),
    "nested": Mixed(Chain((Paste(Perlin(), Elastic()), Paste(SoftBlob(), Donor()))), 0.7),
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


IMAGES = torch.rand(4, 3, 40, 56, generator=seeded())


@pytest.fixture
def _medium():
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("medium")
    torch.backends.cudnn.allow_tf32 = True
    yield
    torch.set_float32_matmul_precision(before[0])
    torch.backends.cudnn.allow_tf32 = before[1]


def made_by(name):
    drawn = SYNTHESIZERS[name].draw(4, (40, 56), seeded(2), donors=4)
    return SYNTHESIZERS[name].apply(IMAGES, drawn, donors=IMAGES.flip(0))


def same(first, second):
    return torch.equal(first.images, second.images) and torch.equal(first.masks, second.masks)


@pytest.mark.parametrize("name", SYNTHESIZERS)
def test_autocast_does_not_reach_apply(name):
    plain = made_by(name)
    with torch.autocast("cpu", torch.bfloat16):
        made = made_by(name)
        assert torch.is_autocast_enabled("cpu")
    assert same(plain, made)


@pytest.mark.usefixtures("_medium")
@pytest.mark.parametrize("name", SYNTHESIZERS)
def test_a_medium_precision_does_not_reach_apply(name):
    rounded = made_by(name)
    torch.set_float32_matmul_precision("highest")
    assert same(made_by(name), rounded)


@dataclass(frozen=True)
class Looks(Replayable):
    """Keeps what it finds chosen."""

    found: list

    def draw(self, count, size, generator, *, donors=0):
        self.found.append(state())
        return Parameters({"nothing": torch.zeros(count)})

    def apply(self, images, parameters, *, guide=None, donors=None):
        """Look."""
        self.found.append(state())
        if guide is not None:
            raise RuntimeError("no guide")
        return Defects(images, torch.zeros_like(images[:, :1]), parameters)


def state():
    return (
        torch.get_float32_matmul_precision(),
        torch.backends.cudnn.allow_tf32,
        torch.is_autocast_enabled("cpu"),
    )


@pytest.mark.usefixtures("_medium")
def test_what_the_process_has_chosen_is_put_back():
    looks = Looks([])
    with torch.autocast("cpu", torch.bfloat16):
        looks(IMAGES, seeded())
        assert looks.found == [("highest", False, False)] * 2
        assert state() == ("medium", True, True)
        with pytest.raises(RuntimeError, match="no guide"):
            looks.apply(IMAGES, looks.draw(4, (40, 56), seeded()), guide=IMAGES[:, :1])
        assert state() == ("medium", True, True)
    assert Looks.apply.__doc__ == "Look."


@pytest.mark.usefixtures("_medium")
def test_a_block_within_a_block_ends_autocast_too():
    looks = Looks([])
    with full_precision(torch.device("cpu")), torch.autocast("cpu", torch.bfloat16):
        looks(IMAGES, seeded())
        assert torch.is_autocast_enabled("cpu")
    assert looks.found == [("highest", False, False)] * 2
    assert state() == ("medium", True, False)


@pytest.mark.skipif(not hasattr(torch.backends, "fp32_precision"), reason="torch 2.9 chooses by operation")
@pytest.mark.parametrize("matmul", ["none", "tf32", "ieee"])
def test_what_each_operation_has_is_put_back(matmul):
    parts = [torch.backends.cuda.matmul, torch.backends.mkldnn.matmul, torch.backends.mkldnn.conv]
    kept = [part.fp32_precision for part in parts]
    try:
        torch.backends.cuda.matmul.fp32_precision = matmul
        torch.backends.mkldnn.conv.fp32_precision = "bf16"
        before = [part.fp32_precision for part in parts]
        with full_precision(torch.device("cpu")):
            assert [part.fp32_precision for part in parts] == ["ieee"] * 3
        assert [part.fp32_precision for part in parts] == before
    finally:
        for part, precision in zip(parts, kept, strict=True):
            part.fp32_precision = precision


@pytest.mark.usefixtures("_medium")
def test_guides_are_computed_in_full():
    rounded = guide_maps(SpectralResidual(), IMAGES, ["a"] * 4)
    with full_precision(torch.device("cpu")):
        assert torch.equal(SpectralResidual()(IMAGES), rounded)
