"""The generic method, from names, tables and objects."""

import copy
from dataclasses import dataclass

import kornia.augmentation as K
import numpy as np
import pytest
import torch
from torch import nn

from synth_anomaly import Pipeline, load_method
from synth_anomaly.backbones import ResNet18
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.heads import ConvDecoder
from synth_anomaly.interfaces import Batch, Defects, Prediction
from synth_anomaly.losses import L2, Focal
from synth_anomaly.parameters import Parameters
from synth_anomaly.randomness import generator_for
from synth_anomaly.scorers import Max, MeanPoolMax
from synth_anomaly.synthesizers import cutpaste

TRUNK = {"name": "resnet18", "width": 4, "out_levels": [1, 2]}
SMALL = {
    "size": 32,
    "batch_size": 4,
    "steps": 2,
    "backbone": TRUNK,
    "head": {"name": "unet-decoder", "channels": 4},
}


def images(count=6, height=32, width=32):
    return np.random.default_rng(0).integers(0, 256, (count, height, width, 3), np.uint8)


def small(**changes):
    return Pipeline(**{**SMALL, **changes})


def fitted(**changes):
    return small(**changes).fit(images(), device="cpu", precision="fp32")


def assert_same_predictions(first, second):
    one, other = (method.predict(images(3)) for method in (first, second))
    assert torch.equal(one.maps, other.maps)
    assert torch.equal(one.scores, other.scores)


def test_names_tables_and_objects_are_the_same():
    named = fitted(synthesizer="cutpaste", loss="focal", scorer="max", augment="flips")
    tables = fitted(
        synthesizer={"name": "cutpaste"},
        loss={"name": "focal"},
        scorer={"name": "max"},
        augment={"name": "flips"},
    )
    from synth_anomaly.augmentation import Flips

    objects = fitted(synthesizer=cutpaste(), loss=Focal(), scorer=Max(), augment=Flips())
    assert_same_predictions(named, tables)
    assert_same_predictions(named, objects)
    assert named.recipe() == tables.recipe() == objects.recipe()


def test_network_objects_are_copied():
    trunk = ResNet18(width=4, out_levels=(1, 2))
    head = ConvDecoder((4, 8), (4, 4, 4))
    made, twin = small(backbone=trunk, head=head), small(backbone=trunk, head=head)
    before = copy.deepcopy(trunk.state_dict())
    made.fit(images(), device="cpu", precision="fp32")
    assert all(torch.equal(value, before[name]) for name, value in trunk.state_dict().items())
    assert torch.equal(twin.backbone.conv1.weight, trunk.conv1.weight)
    assert not torch.equal(made.backbone.conv1.weight, trunk.conv1.weight)


def test_the_pipeline_gives_the_head_its_input_width():
    assert small().head.in_channels == (4, 8)
    assert small(head={"name": "conv-decoder", "channels": [4, 4, 4]}).head.in_channels == (4, 8)
    assert small(head={"name": "unet-decoder", "channels": 4, "in_channels": [4, 8]}).head.in_channels == (
        4,
        8,
    )
    with pytest.raises(OptionError, match=r"'unet-decoder' has in_channels = \(3,\), this method gives it"):
        small(head={"name": "unet-decoder", "in_channels": [3]})
    with pytest.raises(OptionError, match=r"has in_channels = \(3, 5\)"):
        small(head=ConvDecoder((3, 5), (4,)))


def test_the_backbone_sees_three_channels():
    with pytest.raises(OptionError, match="backbone 'resnet18' has in_channels = 5, this method gives it 3"):
        small(backbone={**TRUNK, "in_channels": 5})


@pytest.mark.parametrize("size", [(64, 32), (32, 64), (40, 72)])
def test_images_need_not_be_square(size, tmp_path):
    made = small(size=size).fit(images(4, *size), device="cpu", precision="fp32")
    assert made.predict(images(2, *size)).maps.shape == (2, 1, *size)
    made.save(tmp_path)
    loaded = load_method(tmp_path)
    assert loaded.settings.input_size == size
    assert torch.equal(loaded.predict(images(2, *size)).maps, made.predict(images(2, *size)).maps)


@pytest.mark.parametrize(
    "loss", ["l2", "ssim", "masked-l1", {"name": "sum", "losses": ["l2", "ssim"], "weights": [1, 2]}]
)
@pytest.mark.parametrize(
    "head",
    [
        {"name": "unet-decoder", "channels": 4, "out_channels": 3},
        {"name": "conv-decoder", "channels": [4, 4, 4], "out_channels": 3, "activation": "sigmoid"},
    ],
)
def test_reconstruction(loss, head, tmp_path):
    made = fitted(head=head, loss=loss, scorer="mean-pool-max")
    prediction = made.predict(images(2))
    assert prediction.reconstruction.shape == (2, 3, 32, 32)
    difference = (torch.from_numpy(images(2)).permute(0, 3, 1, 2) / 255 - prediction.reconstruction).square()
    torch.testing.assert_close(prediction.maps, difference.mean(dim=1, keepdim=True))
    made.save(tmp_path)
    assert torch.equal(load_method(tmp_path).predict(images(2)).reconstruction, prediction.reconstruction)


def test_a_loss_without_what_it_needs_is_a_line():
    with pytest.raises(ComponentError, match=r"L2 needs outputs.reconstruction"):
        fitted(loss="l2")
    with pytest.raises(ComponentError, match=r"Focal needs outputs.logits"):
        fitted(head={"name": "unet-decoder", "channels": 4, "out_channels": 3}, loss="focal")


def test_the_share_of_defects_is_fixed():
    made = small(defective=0.25)
    batch = Batch(torch.rand(8, 3, 32, 32), torch.arange(8))
    for step in range(4):
        masks = made._defects(batch, generator_for(step)).masks
        assert int(masks.flatten(1).any(dim=1).sum()) == 2


def test_a_share_that_makes_no_defect_is_refused():
    with pytest.raises(OptionError, match="defective"):
        small(defective=0.0)
    for settings in ({"defective": 0.1, "batch_size": 4}, {"batch_size": 1}):
        with pytest.raises(OptionError, match=r"'segmentation': defective = .* is no image: raise one"):
            small(**settings).fit("no such folder")


def test_a_trained_pipeline_predicts_in_batches_of_one(tmp_path):
    made = fitted()
    made.save(tmp_path)
    alone = load_method(tmp_path, settings={"batch_size": 1})
    torch.testing.assert_close(alone.predict(images(3)).maps, made.predict(images(3)).maps)
    with pytest.raises(OptionError, match="batch_size = 1 is no image"):
        alone.fit(images(3))


def test_defects_follow_a_guide():
    made = small(defective=1.0)
    guide = torch.zeros(4, 1, 32, 32)
    guide[..., :16] = 1
    masks = made._defects(Batch(torch.rand(4, 3, 32, 32), torch.arange(4), guide), generator_for(0)).masks
    assert not masks[..., 16:].any()


def test_panels_are_pictures():
    made = fitted(head={"name": "unet-decoder", "channels": 4, "out_channels": 3}, loss="l2")
    (stage,) = made.stages()
    panels = stage.panels(Batch(torch.rand(2, 3, 32, 32), torch.arange(2)), generator_for(0))
    assert set(panels) >= {"input", "mask", "map", "reconstruction"}
    for panel in panels.values():
        assert panel.shape == (2, 3, 32, 32)
        assert panel.min() >= 0
        assert panel.max() <= 1


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_the_learning_rate_ends_at_zero_or_stays(schedule):
    rates = []

    class Rates:
        def on_epoch(self, report):
            rates.append(report.learning_rates["network"])

        def __getattr__(self, name):
            return lambda *_: None

    small(schedule=schedule, steps=4).fit(images(4), device="cpu", precision="fp32", listeners=[Rates()])
    assert rates[-1] == pytest.approx(0 if schedule == "cosine" else 1e-3)
    assert len(rates) == 4


def test_training_finds_the_defects_that_it_makes():
    """A few steps on one plain image are enough to tell pasted noise from it."""
    plain = np.full((4, 32, 32, 3), 100, np.uint8)
    made = Pipeline(**{**SMALL, "steps": 40, "synthesizer": Speckle(), "learning_rate": 1e-2})
    made.fit(plain, device="cpu", precision="fp32")
    clean = torch.full((1, 3, 32, 32), 100 / 255)
    defects = Speckle()(clean, generator_for(5))
    prediction = made.predict(torch.cat([clean, defects.images]))
    assert prediction.scores[1] > prediction.scores[0]
    inside = defects.masks[0] > 0
    assert prediction.maps[1][inside].mean() > prediction.maps[1][~inside].mean() + 0.1


# pieces of somebody else's


@dataclass(frozen=True)
class Speckle:
    """A square of noise; written without anything of the package but its value classes."""

    side: int = 8

    def __call__(self, images, generator, *, guide=None, donors=None):
        masks = torch.zeros(len(images), 1, *images.shape[-2:])
        for row, (top, left) in enumerate(
            torch.randint(0, images.shape[-1] - self.side, (len(images), 2), generator=generator)
        ):
            masks[row, :, top : top + self.side, left : left + self.side] = 1
        noise = torch.rand(images.shape, generator=generator)
        return Defects(torch.where(masks > 0, noise, images), masks, Parameters({}))


class Trunk(nn.Module):
    """One convolution."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.width = width
        self.channels, self.strides = (width,), (2,)
        self.convolution = nn.Conv2d(3, width, 3, stride=2, padding=1)

    def forward(self, images):
        return [self.convolution(images).relu()]


class Top(nn.Module):
    """One convolution back."""

    def __init__(self, in_channels: tuple[int, ...] = (4,)) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.convolution = nn.Conv2d(in_channels[-1], 1, 1)

    def forward(self, features, size):
        return nn.functional.interpolate(self.convolution(features[-1]), size=size)


class Squares:
    """A loss."""

    def __call__(self, outputs, targets):
        return (outputs.logits.sigmoid() - targets.masks).square().mean()


class Mean:
    """A scorer."""

    def __call__(self, outputs, images):
        maps = outputs.logits.sigmoid()
        return Prediction(maps, maps.mean(dim=(1, 2, 3)))


def test_pieces_of_somebody_elses(tmp_path):
    made = fitted(
        synthesizer=Speckle(4),
        backbone=Trunk(6),
        head=Top((6,)),
        loss=Squares(),
        scorer=Mean(),
        augment=K.RandomHorizontalFlip(p=0.5),
    )
    prediction = made.predict(images(2))
    torch.testing.assert_close(prediction.scores, prediction.maps.mean(dim=(1, 2, 3)))


def test_a_recipe_names_pieces_that_nobody_registered_by_their_import_path(tmp_path):
    made = fitted(synthesizer=Speckle(4), backbone=Trunk(6), head=Top((6,)), loss=Squares(), scorer=Mean())
    made.save(tmp_path)
    settings = made.recipe().settings
    assert settings["synthesizer"] == {"name": f"{__name__}:Speckle", "side": 4}
    assert settings["backbone"] == {"name": f"{__name__}:Trunk", "width": 6}
    with pytest.raises(ComponentError, match="--allow-code"):
        load_method(tmp_path)
    assert_same_predictions(load_method(tmp_path, allow_code=True), made)


def test_frozen_parts_stay_as_they_are():
    trunk = Trunk()
    trunk.requires_grad_(False)
    made = fitted(backbone=trunk, head=Top())
    assert torch.equal(made.backbone.convolution.weight, trunk.convolution.weight)


class Perceptual(nn.Module):
    """A loss with a network of its own, which is not trained."""

    def __init__(self, width: int = 3):
        super().__init__()
        self.width = width
        self.features = nn.Conv2d(1, width, 1).requires_grad_(False)
        self.dropout = nn.Dropout(0.5)

    def forward(self, outputs, targets):
        assert not self.training
        return self.dropout(self.features(outputs.logits)).square().mean()


class Scaled(nn.Module):
    """A scorer with a weight."""

    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, outputs, images):
        maps = outputs.logits.sigmoid() * self.scale
        return Prediction(maps, maps.amax(dim=(1, 2, 3)))


class Noise(nn.Module):
    """An augmentation that does something in training mode alone."""

    def __init__(self):
        super().__init__()
        self.register_buffer("strength", torch.tensor(0.1))

    def forward(self, images):
        assert self.training
        return images + self.strength * torch.rand_like(images)


def test_pieces_with_weights_are_part_of_the_method(tmp_path):
    made = small(loss=Perceptual(), scorer=Scaled(), augment=Noise())
    own = {name for name in made.state_dict() if name.startswith("pieces.")}
    assert own == {
        *("pieces.loss.features.weight", "pieces.loss.features.bias"),
        "pieces.augment.strength",
    }
    assert "scorer.scale" in made.state_dict()
    before = made.settings.loss.features.weight.clone()
    made.fit(images(), device="cpu", precision="fp32")
    assert torch.equal(made.settings.loss.features.weight, before)
    made.save(tmp_path)
    again = load_method(tmp_path, allow_code=True)
    assert torch.equal(again.settings.loss.features.weight, before)
    assert_same_predictions(again, made)
    again.to("meta")
    for piece in (again.settings.loss.features.weight, again.scorer.scale):
        assert piece.device.type == "meta"


def test_built_in_pieces_add_nothing_to_the_weights():
    assert (
        small(augment="flips", loss="focal", scorer="max").state_dict().keys() == small().state_dict().keys()
    )


def test_a_piece_that_no_recipe_can_name_is_refused_before_training(tmp_path):
    def lonely(outputs, targets):
        return outputs.logits.square().mean()

    with pytest.raises(ComponentError, match=r"no recipe can name .* make it a class"):
        fitted(loss=lonely)
    made = small(loss=lonely)
    with pytest.raises(ComponentError, match=r"no recipe can name .* make it a class"):
        made.save(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": L2}, "expected a loss, got the class L2: call it first"),
        ({"loss": 3}, "expected a loss, got 3"),
        ({"synthesizer": "cutpast"}, "unknown synthesizer 'cutpast': did you mean 'cutpaste'"),
        ({"backbone": {"name": "resnet18", "widht": 4}}, "backbone 'resnet18' has no option 'widht'"),
        ({"head": {"name": "unet-decoder", "channels": "many"}}, "option 'channels' takes"),
        ({"scorer": {"name": "mean-pool-max", "kernel": []}}, "mean-pool-max"),
        ({"backbone": nn.Identity()}, "expected a backbone"),
    ],
)
def test_wrong_pieces_are_one_clear_line(settings, message):
    with pytest.raises(ComponentError, match=message) as caught:
        small(**settings)
    assert "\n" not in str(caught.value)


def test_scorers_change_the_score_alone():
    made = fitted()
    pooled = fitted(scorer=MeanPoolMax(5))
    assert torch.equal(made.predict(images(2)).maps, pooled.predict(images(2)).maps)
    assert not torch.equal(made.predict(images(2)).scores, pooled.predict(images(2)).scores)
