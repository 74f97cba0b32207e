"""The checks of methods catch what breaks their rules, and what tests of them need is as it says."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.optim import SGD

from synth_anomaly import Method
from synth_anomaly.data import open_dataset, resolve
from synth_anomaly.interfaces import Prediction
from synth_anomaly.method import MethodSettings
from synth_anomaly.testing import (
    as_tensor,
    check_method,
    check_resuming,
    fit_small,
    last_path,
    one_thread,
    random_images,
    sat,
    write_data_set,
)
from synth_anomaly.training import Objective, Optimiser, Stage

IMAGES = random_images(4, 16, 24)


class Small(Method):
    """A convolution, trained for three steps; momentum makes where it goes on matter."""

    Settings = MethodSettings

    def build(self):
        self.network = nn.Conv2d(3, 1, 1)

    def stages(self):
        optimiser = Optimiser(SGD(self.network.parameters(), lr=0.1, momentum=0.9))
        return [
            Stage(
                name="only",
                steps=3,
                batch_size=2,
                network=self.network,
                optimisers={"network": optimiser},
                step=self.step,
                panels=self.panels,
            )
        ]

    def step(self, batch, generator):
        noise = torch.rand(batch.images.shape, generator=generator)
        yield Objective("network", {"loss": (self.network(batch.images + noise) - 1).square().mean()})

    def panels(self, batch, generator):
        return {"image": batch.images}

    def forward(self, images):
        maps = self.network(images).sigmoid()
        return Prediction(maps, maps.amax(dim=(1, 2, 3)))


class GreyPanels(Small):
    def panels(self, batch, generator):
        return {"grey": batch.images[:, :1]}


class GlobalNoise(Small):
    def stages(self):
        torch.rand(1)
        return super().stages()


class MapPerChannel(Small):
    def forward(self, images):
        made = super().forward(images)
        return Prediction(made.maps.expand(-1, 3, -1, -1), made.scores)


class ColumnOfScores(Small):
    def forward(self, images):
        made = super().forward(images)
        return Prediction(made.maps, made.scores[:, None])


class NotFinite(Small):
    def forward(self, images):
        made = super().forward(images)
        return Prediction(made.maps, made.scores / 0)


class GreyReconstruction(Small):
    def forward(self, images):
        made = super().forward(images)
        return Prediction(made.maps, made.scores, images[:, :1])


class GreyPicture(Small):
    def pictures(self, images):
        return {"Edges": images[:, :1]}


class NotFinitePicture(Small):
    def pictures(self, images):
        return {"Edges": images / 0}


class DarkPicture(Small):
    def pictures(self, images):
        return {"Edges": images - 1.5}


class BrightPicture(Small):
    def pictures(self, images):
        return {"Edges": images + 1}


class NumberedPictures(Small):
    """It names a picture after the batch."""

    seen = 0

    def pictures(self, images):
        self.seen += 1
        return {f"Edges {self.seen}": images}


class PicturesOfSome(Small):
    """It has no picture of an image without edges."""

    def pictures(self, images):
        return {"Edges": images} if images.std() > 0 else {}


class PicturesOfSeveral(Small):
    """It has a further picture where there is more than one image."""

    def pictures(self, images):
        return {"Edges": images, **({"Other": images.flip(0)} if len(images) > 1 else {})}


class SoundPictures(Small):
    def pictures(self, images):
        return {"Edges": images, "Least": images * 0, "Most": images * 0 + 1}


class Forgetful(Small):
    """It predicts with what it learned, and does not save it."""

    bias = 0.0

    def step(self, batch, generator):
        self.bias += 0.25
        yield from super().step(batch, generator)

    def forward(self, images):
        made = super().forward(images)
        return Prediction(made.maps + self.bias, made.scores)


class Mistyped(Small):
    """It names a setting that it has not."""

    after_training = ("scor",)


class Counting(Small):
    """Its steps change what no checkpoint keeps."""

    def build(self):
        super().build()
        self.steps = 0

    def step(self, batch, generator):
        self.steps += 1
        yield Objective("network", {"loss": (self.network(batch.images) - self.steps).square().mean()})


def small(kind=Small):
    return kind(size=(16, 24), batch_size=2)


@pytest.mark.parametrize("kind", [Small, SoundPictures])
def test_a_sound_method_passes_and_comes_back_trained(kind):
    made = small(kind)
    assert check_method(made, IMAGES, allow_code=True) is made
    assert made.trained
    for step in (2, 3):
        check_resuming(lambda: small(kind), IMAGES, "only", step)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (GreyPanels, r"panel 'grey' must be \(B, 3, H, W\), got float32 \(2, 1, 16, 24\)"),
        (GlobalNoise, "training changes the global random state of torch: use its generators"),
        (MapPerChannel, r"maps must be float32 \(4, 1, 16, 24\), got float32 \(4, 3, 16, 24\)"),
        (ColumnOfScores, r"scores must be float32 \(4,\), got float32 \(4, 1\)"),
        (NotFinite, "scores are not finite"),
        (GreyReconstruction, r"reconstruction must be float32 \(4, 3, 16, 24\)"),
        (GreyPicture, r"picture 'Edges' must be \(4, 3, 16, 24\), got float32 \(4, 1, 16, 24\)"),
        (NotFinitePicture, "picture 'Edges' is not finite"),
        (DarkPicture, r"picture 'Edges' must lie in \[0, 1\], got -1\.\d+ to -0\.5"),
        (BrightPicture, r"picture 'Edges' must lie in \[0, 1\], got 1(\.\d+)? to 2"),
        (NumberedPictures, r"same names for all images, got \['Edges 1'\] and \['Edges 2'\]"),
        (PicturesOfSome, r"same names for all images, got \['Edges'\] and \[\]"),
        (PicturesOfSeveral, r"same names for all images, got \['Edges', 'Other'\] and \['Edges'\]"),
        (Mistyped, "after_training names scor, which its Settings have not"),
        (Forgetful, "loaded, it predicts otherwise: keep what it needs as parameters"),
    ],
)
def test_what_breaks_a_rule_is_named(kind, message):
    with pytest.raises(AssertionError, match=message):
        check_method(small(kind), IMAGES, allow_code=True)


def test_what_a_checkpoint_does_not_keep_is_found():
    with pytest.raises(AssertionError, match=r"resumed, network\.weight, network\.bias end otherwise"):
        check_resuming(lambda: small(Counting), IMAGES, "only", 2)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (("only", 1), "nothing is kept before step 1 of stage 'only' ends: name a later one"),
        (("only", 4), "training has no step 4 in a stage 'only'"),
        (("other", 1), "training has no step 1 in a stage 'other'"),
    ],
)
def test_a_stop_that_shows_nothing_is_refused(place, message):
    with pytest.raises(AssertionError, match=message):
        check_resuming(small, IMAGES, *place)


def test_images_are_what_methods_take():
    assert IMAGES.shape == (4, 16, 24, 3)
    assert IMAGES.dtype == np.uint8
    assert np.array_equal(IMAGES, random_images(4, 16, 24))
    assert not np.array_equal(IMAGES, random_images(4, 16, 24, seed=1))
    seen = as_tensor(IMAGES)
    assert seen.shape == (4, 3, 16, 24)
    assert seen.dtype == torch.float32
    assert seen.is_contiguous()
    assert seen[1, 2, 3, 4].item() == pytest.approx(IMAGES[1, 3, 4, 2] / 255)
    made = fit_small(small(), IMAGES)
    assert torch.equal(made.predict(seen).maps, made.predict(IMAGES).maps)


def test_threads_are_put_back():
    with one_thread():
        torch.set_num_threads(3)
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 3
        with pytest.raises(KeyError), one_thread():
            raise KeyError
        assert torch.get_num_threads() == 3


def test_the_data_set_is_found_where_data_is_looked_for(tmp_path):
    assert write_data_set(tmp_path / "data", "bolt", "nut", good=3) == tmp_path / "data"
    source = resolve(None, str(tmp_path / "data"), "all")
    assert list(source.categories) == ["bolt", "nut"]
    data = open_dataset(source, "nut")
    assert [sample.name for sample in data.train()] == ["good/0", "good/1", "good/2"]
    good, hole = sorted(data.test(), key=lambda sample: sample.name)
    assert not good.is_defective
    assert hole.read().shape == (40, 40, 3)
    assert hole.read_mask().sum() == 64
    with Image.open(tmp_path / "data" / "bolt" / "train" / "good" / "0.png") as image:
        assert image.size == (40, 40)


def test_the_command_line_runs_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written = last_path(sat("demo", "--out", tmp_path / "demo", "--category=carpet", "--size", 32))
    assert written.is_dir()
    with pytest.raises(AssertionError, match="no such command"):
        last_path(sat("no-such-command"))
