"""What every method does, shown on small pipelines."""

import subprocess
import sys
import textwrap
import tomllib
import warnings
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pytest
import tomli_w
import torch
from PIL import Image
from torch import nn
from torch.optim import SGD

from synth_anomaly import Method, Pipeline, load_method
from synth_anomaly.errors import (
    ComponentError,
    DataError,
    OptionError,
    RecipeError,
    RunError,
    SynthAnomalyError,
)
from synth_anomaly.interfaces import Prediction, Sample
from synth_anomaly.method import MethodSettings, create_method
from synth_anomaly.options import options_of
from synth_anomaly.training import Listener, Objective, Optimiser, Stage, Validation, locked

SMALL = {
    "size": 32,
    "batch_size": 4,
    "steps": 2,
    "backbone": {"name": "resnet18", "width": 4, "out_levels": [1, 2]},
    "head": {"name": "unet-decoder", "channels": 4},
}
UNTRAINED = pytest.mark.filterwarnings("ignore:.*with the weights that it began with")


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def images(count=6, height=32, width=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def tensor(stack):
    return torch.from_numpy(stack).permute(0, 3, 1, 2).float() / 255


def small(**changes):
    return Pipeline(**{**SMALL, **changes})


@pytest.fixture(scope="module")
def trained():
    torch.set_num_threads(1)
    return small().fit(images(), device="cpu", precision="fp32")


def labelled(count=4, height=32, width=32):
    """Test samples, every other one with a bright defect."""
    samples = []
    for row, image in enumerate(images(count, height, width, seed=1)):
        mask = np.zeros((height, width), bool)
        mask[4:9, 4:9] = row % 2
        image[mask] = 255
        defect = "spot" if row % 2 else "good"
        samples.append(
            Sample(name=f"{defect}/{row}", defect=defect, read=lambda i=image: i, read_mask=lambda m=mask: m)
        )
    return samples


def assert_same(first, second, **tolerance):
    for one, other in ((first.maps, second.maps), (first.scores, second.scores)):
        torch.testing.assert_close(one, other, **(tolerance or {"atol": 0, "rtol": 0}))


# predictions


def test_a_prediction_has_a_map_and_a_score_for_each_image(trained):
    made = trained.predict(images(5))
    assert made.maps.shape == (5, 1, 32, 32)
    assert made.scores.shape == (5,)
    assert made.maps.dtype == made.scores.dtype == torch.float32
    assert made.maps.device.type == made.scores.device.type == "cpu"
    assert made.reconstruction is None
    assert not made.maps.requires_grad


def test_every_form_of_the_images_gives_the_same(trained, tmp_path):
    stack = images(5)
    expected = trained.predict(stack)
    paths = [tmp_path / "some" / f"{row}.png" for row in range(5)]
    paths[0].parent.mkdir()
    for path, image in zip(paths, stack, strict=True):
        Image.fromarray(image).save(path)
    samples = [
        Sample(name=str(row), defect="good", read=lambda i=image: i) for row, image in enumerate(stack)
    ]
    assert_same(trained.predict(tensor(stack)), expected)
    assert_same(trained.predict(samples), expected)
    assert_same(trained.predict(paths), expected)
    assert_same(trained.predict([str(path) for path in paths]), expected)
    assert_same(trained.predict(tmp_path), expected)
    assert_same(trained.predict(str(paths[0].parent)), expected)
    alone = trained.predict(stack[:1])
    assert_same(trained.predict(stack[0]), alone)
    assert_same(trained.predict(paths[0]), alone)


def test_other_sizes_are_resized(trained):
    assert trained.predict(images(2, 45, 60)).maps.shape == (2, 1, 32, 32)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 99])
def test_a_batch_gives_what_its_images_give(trained, batch_size):
    stack = images(5)
    made = trained.predict(stack, batch_size=batch_size)
    assert_same(made, trained.predict(stack, batch_size=batch_size))
    assert_same(made, trained.predict(stack), atol=1e-5, rtol=1e-5)


def test_prediction_draws_nothing_and_changes_nothing(trained):
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    state = torch.get_rng_state()
    trained.train()
    trained.predict(images(3))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in trained.state_dict().items())


def test_a_prediction_is_an_ordinary_tensor(trained):
    prediction = trained.predict(images(2))
    assert not prediction.maps.is_inference()
    prediction.maps.clamp_(0, 1)
    weight = torch.ones((), requires_grad=True)
    (prediction.maps * prediction.scores.mean() * weight).sum().backward()
    torch.testing.assert_close(weight.grad, (prediction.maps * prediction.scores.mean()).sum())


@UNTRAINED
def test_a_forward_that_needs_gradients_leaves_none(trained):
    class Saliency(Other):
        def forward(self, images):
            with torch.enable_grad():
                maps = self.network(images).sigmoid()
                return Prediction(maps, maps.amax(dim=(1, 2, 3)), maps.expand(-1, 3, -1, -1))

    made = Saliency(size=16).predict(torch.rand(3, 3, 16, 16), batch_size=2)
    for values in (made.maps, made.scores, made.reconstruction):
        assert not values.requires_grad


def test_bf16_predicts_nearly_the_same(trained):
    made = trained.predict(images(3), precision="bf16")
    assert made.maps.dtype == made.scores.dtype == torch.float32
    assert_same(made, trained.predict(images(3)), atol=0.05, rtol=0.05)


WRONG = {
    "a tensor of another size": (
        lambda: torch.zeros(2, 3, 16, 16),
        r"expected a \(B, 3, 32, 32\) tensor of floats in \[0, 1\]",
    ),
    "a tensor of one image": (lambda: torch.zeros(3, 32, 32), r"got torch.float32 \(3, 32, 32\): resize it"),
    "a grey tensor": (lambda: torch.zeros(2, 1, 32, 32), r"got torch.float32 \(2, 1, 32, 32\)"),
    "a tensor of bytes": (lambda: torch.zeros(2, 3, 32, 32, dtype=torch.uint8), "got torch.uint8"),
    "an empty tensor": (lambda: torch.zeros(0, 3, 32, 32), "B at least 1, got torch.float32"),
    "an empty array": (lambda: images(0), "expected at least one image"),
    "no image": (list, "expected at least one image, got none"),
    "a float array": (lambda: images(1) / 255, "expected images as uint8 .* got float64"),
    "a grey array": (lambda: images(1)[..., 0], "expected images as uint8"),
    "an absent file": (lambda: "absent.png", "found nothing at absent.png: check the path"),
    "a number": (lambda: [3], "expected a data set, samples, an array, or files and folders"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_images_are_one_clear_line(trained, wrong):
    make, message = WRONG[wrong]
    with pytest.raises(DataError, match=message) as caught:
        trained.predict(make())
    assert "\n" not in str(caught.value)


def test_broken_files_are_named(trained, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"broken\.png"):
        trained.predict(tmp_path / "broken.png")
    with pytest.raises(DataError, match=r"broken\.png"):
        small().fit(tmp_path / "broken.png", device="cpu")


# training and evaluation


def test_fitting_returns_the_method_ready_to_predict(trained):
    assert not any(module.training for module in trained.modules())
    assert trained.device == torch.device("cpu")


def test_one_seed_gives_one_result(trained):
    again = small().fit(images(), device="cpu", precision="fp32")
    assert_same(again.predict(images(3)), trained.predict(images(3)))
    other = small(seed=1).fit(images(), device="cpu", precision="fp32")
    assert not torch.equal(other.predict(images(3)).maps, trained.predict(images(3)).maps)


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    small().fit(images(), device="cpu", precision="fp32")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", [str, None])
def test_training_goes_on_from_its_checkpoints(trained, tmp_path, kind):
    folder = tmp_path / "checkpoint"
    given = kind(folder) if kind else folder
    small().fit(images(), device="cpu", precision="fp32", checkpoints=given)
    assert (folder / "state.json").is_file()
    again = small().fit(images(), device="cpu", precision="fp32", checkpoints=given)
    assert_same(again.predict(images(3)), trained.predict(images(3)))


def test_validation_holds_images_back():
    data = small(validation=0.34).training_data(images(6), torch.device("cpu"))
    assert (len(data.train), len(data.validation)) == (4, 2)
    names = {sample.name for store in (data.train, data.validation) for sample in store.samples}
    assert len(names) == 6
    assert small().training_data(images(6), torch.device("cpu")).validation is None


def test_evaluation_compares_with_the_truth(trained):
    samples = labelled()
    evaluation = trained.evaluate(samples)
    assert [sample.name for sample in evaluation.samples] == [sample.name for sample in samples]
    assert 0 <= evaluation.metrics["pixel_auroc"] <= 1
    predicted = trained.predict(samples)
    np.testing.assert_array_equal(np.stack(evaluation.maps), predicted.maps[:, 0].numpy())
    np.testing.assert_array_equal(evaluation.scores, predicted.scores.numpy())


def test_evaluation_at_the_images_own_size(trained):
    evaluation = trained.evaluate(labelled(4, 48, 40), score_size="native")
    assert {values.shape for values in evaluation.maps} == {(48, 40)}


def test_evaluation_needs_test_images(trained):
    with pytest.raises(DataError, match="at least one image"):
        trained.evaluate([])


def test_what_the_user_should_read_is_a_warning_where_they_called(tmp_path):
    for row, image in enumerate(images(5)):
        Image.fromarray(image).save(tmp_path / f"{row}.png")
    (tmp_path / "4.png").write_bytes((tmp_path / "4.png").read_bytes()[:40])
    made = small()
    with pytest.warns(UserWarning, match=r"left out 1 of 5 images.*4\.png") as caught:
        made.fit(tmp_path, device="cpu", precision="fp32", skip_bad=True)
    assert [warning.filename for warning in caught] == [__file__]
    said = []
    small().fit(tmp_path, device="cpu", precision="fp32", skip_bad=True, warn=said.append)
    assert len(said) == 1


def test_one_process_trains_into_a_folder(tmp_path):
    with locked(tmp_path), pytest.raises(RunError, match="is being trained by another process"):
        small().fit(images(), device="cpu", precision="fp32", checkpoints=tmp_path)


def test_files_are_read_for_every_size_that_it_synthesises_at():
    told = []

    class Steps(Listener):
        def on_reading(self, what, done, total):
            told.append(what)

        def on_step(self, stage, step, losses):
            told.append("step")

    made = OfSizes(size=16)
    made.piece = NeedsFiles()
    made.fit(images(3, 16, 16), device="cpu", precision="fp32", listeners=[Steps()], warn=told.append)
    assert made.piece.sizes == [(8, 8), (16, 16)]
    assert made.notes == ("the same", "at 8", "at 16")
    assert told == ["files", "files", *made.notes, "step"]


class Published(nn.Conv2d):
    """A network with published weights, which are all 1."""

    def load_pretrained(self):
        nn.init.ones_(self.weight)
        return []


def test_published_weights_are_not_loaded_over_trained_ones(tmp_path):
    made = OtherPublished(size=16)
    made.fit(images(3, 16, 16), device="cpu", precision="fp32")
    assert made.network.weight.min() > 0.5
    nn.init.zeros_(made.network.weight)
    made.save(tmp_path)
    loaded = load_method(tmp_path, allow_code=True)
    assert (made.loaded, loaded.loaded) == (False, True)
    loaded.fit(images(3, 16, 16), device="cpu", precision="fp32")
    assert loaded.network.weight.abs().max() < 0.5


# untrained


DOUBT = "method 'segmentation' predicts with the weights that it began with: train it with fit"


def doubts(act):
    """Return what an act warns of, and where; other warnings are errors."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", ".*weights that it began with")
        act()
    return [(str(warning.message), warning.filename) for warning in caught]


def test_the_first_prediction_of_an_untrained_method_warns():
    made = small()
    ((said, place),) = doubts(lambda: made.predict(images(2)))
    assert said.startswith(DOUBT)
    assert "load_method()" in said
    assert "\n" not in said
    assert place == __file__
    assert not doubts(lambda: made.predict(images(2)))
    assert not doubts(lambda: made.evaluate(labelled()))


def test_the_first_evaluation_of_an_untrained_method_warns():
    made, said = small(), []
    assert not doubts(lambda: made.evaluate(labelled(), warn=said.append))
    assert len(said) == 1
    assert said[0].startswith(DOUBT)
    assert not doubts(lambda: made.predict(images(2)))
    assert [place for _, place in doubts(lambda: small().evaluate(labelled()))] == [__file__]


def test_what_could_not_be_trained_stays_untrained(tmp_path):
    made = small()
    with pytest.raises(DataError):
        made.fit(tmp_path, device="cpu")
    assert not made.trained
    assert len(doubts(lambda: made.predict(images(2)))) == 1


def test_what_was_trained_does_not_warn(tmp_path):
    options = {"device": "cpu", "precision": "fp32"}
    made, begun, resumed = small(), small(), small()
    made.fit(images(), **options)
    begun.fit(images(), checkpoints=tmp_path / "checkpoint", **options)
    resumed.fit(images(), checkpoints=tmp_path / "checkpoint", **options)
    made.save(tmp_path)
    filled = small()
    filled.load_state_dict(made.state_dict())
    for method in (made, begun, resumed, filled, load_method(tmp_path), Pipeline.load(tmp_path)):
        assert method.trained
        assert not doubts(lambda method=method: method.evaluate(labelled()))
        assert not doubts(lambda method=method: method.predict(images(2)))
    assert not filled.loaded


def test_a_stage_may_predict_and_what_learns_nothing_does():
    seen = []

    class Looks(Other):
        def stages(self):
            (stage,) = super().stages()
            look = Validation(name="score", figure=self.figure, every=1, patience=1)
            return [replace(stage, validate=look)]

        def figure(self, data):
            seen.append(self.predict(data.validation.batch(torch.arange(2))).scores.mean().item())
            return seen[-1]

    class Learned(Other):
        needs_training = False

    made = Looks(size=16, validation=0.5)
    assert not doubts(lambda: made.fit(images(4, 16, 16), device="cpu", precision="fp32"))
    assert len(seen) == 1
    assert not doubts(lambda: Learned(size=16).predict(images(2, 16, 16)))
    assert len(doubts(lambda: Other(size=16).predict(images(2, 16, 16)))) == 1


# settings and presets


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 4}, "size must be at least 8 pixels, got 4"),
        ({"size": (64, 4)}, r"size must be at least 8 pixels, got \(64, 4\)"),
        (
            {"size": "big"},
            r"option 'size' takes a whole number or two whole numbers, such as \[256, 256\], got",
        ),
        ({"size": (1, 2, 3)}, "option 'size' takes a whole number or two"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"batch_size": 2.5}, "option 'batch_size' takes a whole number, got 2.5"),
        ({"validation": 1.0}, r"validation is a share in \[0, 1\), got 1.0"),
        ({"validation": -0.1}, r"validation is a share in \[0, 1\), got -0.1"),
        ({"defective": 0}, r"defective is a share in \(0, 1\], got 0"),
        ({"schedule": "linear"}, "option 'schedule' takes 'constant' or 'cosine', got 'linear'"),
        ({"stepz": 3}, "has no option 'stepz': did you mean 'steps'"),
        ({"synthesizer": {"shape": {"area": "large"}}}, "option 'area' takes"),
    ],
)
def test_wrong_settings_are_one_clear_line(settings, message):
    with pytest.raises(OptionError, match=message) as caught:
        Pipeline(**settings)
    assert "\n" not in str(caught.value)


def test_an_unknown_preset_is_named():
    with pytest.raises(RecipeError, match="method 'segmentation' has no preset 'quik': did you mean 'quick'"):
        Pipeline("quik")


def test_settings_change_a_preset_table_by_table():
    made = Pipeline("quick", backbone={"width": 8}, steps=3)
    assert made.preset == "quick"
    assert (made.settings.size, made.settings.steps) == (128, 3)
    assert made.backbone.width == 8
    assert type(made.backbone).__name__ == "ResNet18"


def test_every_preset_of_the_pipeline_builds():
    for preset in Pipeline.presets:
        made = Pipeline(preset, backbone={"width": 4})
        assert made.preset == preset
        assert made.backbone.width == 4


def test_methods_are_made_by_name():
    made = create_method("segmentation", settings=SMALL, seed=5)
    assert isinstance(made, Pipeline)
    assert made.seed == 5
    with pytest.raises(ComponentError, match="unknown method 'segmentaton': did you mean 'segmentation'"):
        create_method("segmentaton")
    with pytest.raises(RecipeError, match=r"a method is a subclass of synth_anomaly.Method"):
        create_method("synth_anomaly.losses:L2")


def test_a_network_starts_from_its_seed_alone():
    torch.manual_seed(0)
    first = small(seed=2).state_dict()
    torch.manual_seed(1)
    second = small(seed=2).state_dict()
    assert all(torch.equal(second[name], value) for name, value in first.items())
    assert not torch.equal(
        small(seed=3).state_dict()["backbone.conv1.weight"], first["backbone.conv1.weight"]
    )


# saving and loading


def test_what_is_loaded_predicts_the_same(trained, tmp_path):
    trained.save(tmp_path / "a" / "folder")
    expected = trained.predict(images(3))
    for loaded in (load_method(tmp_path / "a" / "folder"), Pipeline.load(str(tmp_path / "a" / "folder"))):
        assert_same(loaded.predict(images(3)), expected)
        assert loaded.settings.input_size == (32, 32)
        assert (loaded.seed, loaded.preset) == (trained.seed, trained.preset)
    assert sorted(path.name for path in (tmp_path / "a" / "folder").iterdir()) == [
        "recipe.toml",
        "weights.safetensors",
    ]


def test_what_bf16_trained_predicts_the_same_once_loaded(tmp_path):
    made = small().fit(images(), device="cpu", precision="bf16")
    made.save(tmp_path)
    assert_same(load_method(tmp_path).predict(images(3)), made.predict(images(3)))


@UNTRAINED
def test_a_folder_takes_another_method(trained, tmp_path):
    trained.save(tmp_path)
    other = small(backbone={"name": "resnet18", "width": 6, "out_levels": [1, 2]}, seed=9)
    other.save(tmp_path)
    loaded = load_method(tmp_path)
    assert loaded.seed == 9
    assert_same(loaded.predict(images(3)), other.predict(images(3)))


def test_a_saved_recipe_makes_the_method_again(trained, tmp_path):
    trained.save(tmp_path)
    recipe = tomllib.loads((tmp_path / "recipe.toml").read_text())
    again = create_method(recipe["method"], preset=recipe["preset"], settings=recipe["settings"])
    assert again.recipe() == trained.recipe()


class Overridden(Pipeline):
    """Its preset sets, at several depths, what is None by default."""

    presets: ClassVar = {
        "full": {},
        "set": {
            **SMALL,
            "augment": {"name": "RandomHorizontalFlip", "p": 0.3},
            "guide": {"name": "constant", "value": 1.0},
            "backbone": {"name": "resnet18", "width": 4, "weights": "imagenet"},
            "synthesizer": {
                "name": "paste",
                "fill": {"name": "texture", "folder": "/textures"},
                "shape": {"name": "drawn-masks", "folder": "/masks"},
            },
        },
    }


NONES = {
    "augment": None,
    "guide": None,
    "backbone": {"weights": None},
    "synthesizer": {"fill": {"folder": None}, "shape": "perlin"},
}


def test_none_that_overrides_a_preset_survives_a_recipe(tmp_path):
    method = Overridden("set", **NONES)
    assert method.settings.augment is method.settings.guide is method.settings.synthesizer.fill.folder is None
    method.save(tmp_path)
    written = tomllib.loads((tmp_path / "recipe.toml").read_text())["settings"]
    assert written["augment"] == written["guide"] == written["synthesizer"]["fill"]["folder"] == "none"
    again = load_method(tmp_path, allow_code=True)
    assert again.settings.augment is again.settings.guide is None
    assert again.settings.backbone["weights"] is None
    assert again.settings.synthesizer == method.settings.synthesizer
    assert again.recipe() == method.recipe()


def test_a_recipe_says_none_only_where_it_overrides(tmp_path):
    assert "none" not in Pipeline("quick").recipe().text()
    kept = Overridden("set", backbone={"weights": None}).recipe().settings
    assert kept["guide"] == {"name": "constant", "value": 1.0}
    assert (kept["augment"]["name"], kept["augment"]["p"]) == ("RandomHorizontalFlip", 0.3)


class Other(Method):
    """A method of one convolution, which nobody registered."""

    Settings = MethodSettings

    def build(self):
        self.network = nn.Conv2d(3, 1, 1)

    def stages(self):
        optimiser = Optimiser(SGD(self.network.parameters(), lr=0.1))
        return [
            Stage(
                name="only",
                steps=1,
                batch_size=2,
                network=self.network,
                optimisers={"network": optimiser},
                step=lambda batch, _: iter(
                    [Objective("network", {"loss": self.network(batch.images).mean()})]
                ),
            )
        ]

    def forward(self, images):
        maps = self.network(images).sigmoid()
        return Prediction(maps, maps.amax(dim=(1, 2, 3)))


class OtherPublished(Other):
    """The same with published weights."""

    def build(self):
        self.network = Published(3, 1, 1)


class OfSizes(Other):
    """The same, and it synthesises at two sizes."""

    def synthesis_sizes(self):
        return [(8, 8), (16, 16)]


@dataclass(frozen=True)
class NeedsFiles:
    """A piece that keeps what it was asked to read for."""

    sizes: list = field(default_factory=list)

    def read_files(self, size, device, report):
        self.sizes.append(size)
        report("files", 1, 1)
        return ["the same", f"at {size[0]}"]


class OnlySmall(Other):
    """A method without a preset that changes nothing."""

    presets: ClassVar = {"small": {"size": 16}}


def test_a_method_without_a_preset_that_changes_nothing_says_so():
    assert OnlySmall("small").settings.size == 16
    message = "expected a preset of OnlySmall that changes nothing, got small: name the one"
    with pytest.raises(RecipeError, match=message):
        OnlySmall()
    with pytest.raises(RecipeError, match=message):
        create_method(f"{__name__}:OnlySmall")


def test_a_method_of_ones_own(tmp_path):
    made = Other(size=16).fit(images(3, 16, 16), device="cpu", precision="fp32")
    assert made.preset == "paper"
    assert made.published("mvtec_ad", "bottle", "paper") == {}
    made.save(tmp_path)
    with pytest.raises(ComponentError, match="--allow-code"):
        load_method(tmp_path)
    loaded = load_method(tmp_path, allow_code=True)
    assert isinstance(loaded, Other)
    assert_same(loaded.predict(images(2)), made.predict(images(2)))
    with pytest.raises(RunError, match=r"holds a Other, not a Pipeline: use load_method\(\)"):
        Pipeline.load(tmp_path, allow_code=True)


def test_missing_parts_of_a_folder_are_named(trained, tmp_path):
    with pytest.raises(RecipeError, match="no recipe at"):
        load_method(tmp_path / "absent")
    trained.save(tmp_path)
    (tmp_path / "weights.safetensors").unlink()
    with pytest.raises(RunError, match=r"holds no weights.safetensors"):
        load_method(tmp_path)


@pytest.mark.parametrize("keep", [0, 5, 100, 2000])
def test_broken_weights_are_named(trained, tmp_path, keep):
    trained.save(tmp_path)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(RunError, match=r"weights\.safetensors") as caught:
        load_method(tmp_path)
    assert "\n" not in str(caught.value)


def test_weights_of_another_network_are_one_line(trained, tmp_path):
    trained.save(tmp_path)
    recipe = tomllib.loads((tmp_path / "recipe.toml").read_text())
    recipe["settings"]["backbone"]["width"] = 6
    (tmp_path / "recipe.toml").write_text(tomli_w.dumps(recipe))
    with pytest.raises(RunError, match="does not fit its recipe") as caught:
        load_method(tmp_path)
    assert "\n" not in str(caught.value)


# code named by a recipe

HOSTILE = "hostile_module:Thing"
PLACES = [
    {"method": HOSTILE},
    {"method": "hostile_module:Thing.more"},
    {"settings": {"synthesizer": HOSTILE}},
    {"settings": {"synthesizer": {"name": HOSTILE, "area": 3}}},
    {"settings": {"synthesizer": {"name": "paste", "shape": HOSTILE, "fill": "elsewhere"}}},
    {"settings": {"synthesizer": {"name": "cutpaste", "fill": {"name": "successive", "fills": [HOSTILE]}}}},
    {
        "settings": {
            "synthesizer": {
                "name": "one-of",
                "synthesizers": ["cutpaste", {"name": "cutpaste", "shape": {"name": HOSTILE}}],
            }
        }
    },
    {"settings": {"augment": HOSTILE}},
    {"settings": {"augment": "os:system"}},
    {"settings": {"backbone": HOSTILE}},
    {"settings": {"backbone": {"name": HOSTILE, "width": 4}}},
    {"settings": {"head": HOSTILE}},
    {"settings": {"loss": {"name": "sum", "losses": ["focal", HOSTILE], "weights": [1, 2]}}},
    {"settings": {"scorer": HOSTILE}},
]


@pytest.mark.parametrize("place", PLACES)
def test_a_recipe_runs_no_code_unless_trusted(trained, tmp_path, monkeypatch, place):
    """The module would be importable; nothing may even import it."""
    (tmp_path / "hostile_module.py").write_text("raise SystemExit('the recipe was run')\n")
    monkeypatch.syspath_prepend(tmp_path)
    trained.save(tmp_path / "saved")
    path = tmp_path / "saved" / "recipe.toml"
    recipe = tomllib.loads(path.read_text())
    recipe |= {key: value for key, value in place.items() if key != "settings"}
    recipe["settings"] |= place.get("settings", {})
    path.write_text(tomli_w.dumps(recipe))
    with pytest.raises(SynthAnomalyError) as caught:
        load_method(tmp_path / "saved")
    assert "--allow-code" in str(caught.value)
    assert "hostile_module" not in sys.modules
    if "os:system" not in str(place):
        with pytest.raises(
            ComponentError, match=r"cannot be imported from hostile_module|the recipe was run"
        ):
            load_method(tmp_path / "saved", allow_code=True)


def test_importing_the_package_imports_no_torch():
    code = """
        import sys
        import synth_anomaly
        assert "torch" not in sys.modules
        assert "Pipeline" in dir(synth_anomaly)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_remarks_are_told_and_noted():
    class Remarkable(Pipeline):
        def remarks(self):
            return ("it begins without weights",)

    told = []
    made = Remarkable(**SMALL).fit(images(), device="cpu", warn=told.append)
    assert "it begins without weights" in told
    assert made.notes == ("it begins without weights",)
    assert small().remarks() == ()


# what may change after training


def test_a_method_that_says_nothing_lets_its_scorer_change(tmp_path):
    class Silent(Pipeline):
        after_training = ()

    settings = Silent(**SMALL).settings
    assert set(Silent.changeable(settings)) == {"batch_size", "scorer"}
    assert set(Pipeline.changeable(settings)) == {"batch_size", "scorer", "size"}


def test_what_learns_nothing_lets_everything_change():
    class Learned(Pipeline):
        needs_training = False

    assert set(Learned.changeable(Learned(**SMALL).settings)) == set(options_of(Learned.Settings))


def test_a_setting_of_training_cannot_change_after_it(tmp_path):
    made = small()
    made.fit(images(), device="cpu", precision="fp32")
    made.save(tmp_path)
    assert load_method(tmp_path, settings={"scorer": {"name": "sum"}}).trained
    with pytest.raises(
        OptionError, match=r"\(size, batch_size, scorer\), got steps, head: .*sat run .*steps="
    ):
        load_method(tmp_path, settings={"steps": 9, "head": "conv-decoder", "scorer": "sum"})
