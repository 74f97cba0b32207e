"""SSAE from end to end, at a tiny size."""

import numpy as np
import pytest
import torch
from PIL import Image
from sat_ssae.method import SSAE
from sat_ssae.settings import PRESETS
from scipy.ndimage import uniform_filter
from skimage.metrics import structural_similarity

from synth_anomaly import Method, load_method
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.synthesizers import texture_bank
from synth_anomaly.testing import as_tensor, check_method, check_resuming, fit_small
from synth_anomaly.training import Listener

UNTRAINED = pytest.mark.filterwarnings("ignore:.*with the weights that it began with")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_trains_predicts_and_loads(tiny, images, preset):
    told = []

    class Steps(Listener):
        def on_step(self, stage, step, losses):
            told.append((stage.name, step))

    made = check_method(tiny(preset), images, listeners=[Steps()])
    models = ["filtering", "amplifying"] if preset == "ensemble" else list(made.models)
    assert told == [(f"{model}-{size}", 1) for model in models for size in (1, 2)]
    prediction = made.predict(images)
    assert (prediction.maps >= 0).all()
    torch.testing.assert_close(prediction.scores, prediction.maps.sum(dim=(1, 2, 3)))
    assert prediction.reconstruction is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"size": (32, 48)},
        {"kernel": 5, "schedule": "cosine"},
        {"augment": "symmetries"},
        {"difference": "ssim", "repeats": 0},
        {"average_power": 2.0, "poolings": 2, "size": 36},
        {"validation": 0.0},
        {"guide": {"name": "constant"}},
    ],
)
def test_other_settings_work_from_end_to_end(tiny, images, changes):
    made = fit_small(tiny(**changes), images)
    prediction = made.predict(images)
    assert prediction.maps.shape == (6, 1, *made.settings.input_size)
    assert torch.isfinite(prediction.scores).all()


def test_bf16_trains_and_predicts(tiny, images):
    made = tiny().fit(images, device="cpu", precision="bf16")
    assert {value.dtype for value in made.parameters()} == {torch.float32}
    assert torch.isfinite(made.predict(images, precision="bf16").scores).all()


@UNTRAINED
@pytest.mark.parametrize("difference", ["squared", "ssim"])
@pytest.mark.parametrize(("repeats", "window"), [(0, 3), (1, 5), (3, 3)])
def test_maps_by_a_second_implementation(tiny, images, difference, repeats, window):
    """Equations 2 and 3, away from the border, on which the paper says nothing."""
    made = tiny(difference=difference, repeats=repeats, window=window).eval()
    prediction = made.predict(images)
    x, f_x = (
        part.permute(0, 2, 3, 1).double().numpy() for part in (as_tensor(images), prediction.reconstruction)
    )
    for row in range(len(x)):
        if difference == "squared":
            expected = np.square(x[row] - f_x[row]).mean(axis=2)
        else:
            _, similarity = structural_similarity(
                x[row], f_x[row], channel_axis=2, data_range=1.0, gaussian_weights=True,
                sigma=1.5, win_size=11, use_sample_covariance=False, full=True,
            )  # fmt: skip
            expected = 1 - similarity.mean(axis=2)
        for _ in range(repeats):
            expected = uniform_filter(expected, window)
        inner = slice(11, -11)
        got = prediction.maps[row, 0].numpy()[inner, inner]
        np.testing.assert_allclose(got, expected[inner, inner], rtol=1e-3, atol=1e-5)


@UNTRAINED
def test_the_average_map_is_that_of_the_images_held_back(tiny, images):
    """Equations 13 and 14."""
    made = fit_small(tiny(average_power=3.0, validation=0.5), images)
    plain = tiny(validation=0.5).eval()
    plain.models.load_state_dict(made.models.state_dict())
    data = made.training_data(images, torch.device("cpu"))
    held_back = data.validation.batch(torch.arange(len(data.validation)))
    average = plain.predict(held_back).maps.mean(dim=0, keepdim=True)
    torch.testing.assert_close(made.models["filtering"].average_map, average)
    expected = plain.predict(images).maps * (1 - average) ** 3
    torch.testing.assert_close(made.predict(images).maps, expected)


@UNTRAINED
def test_without_a_power_the_average_map_changes_nothing(tiny, images):
    made = tiny().eval()
    before = made.predict(images).maps
    made.models["filtering"].average_map.fill_(0.5)
    assert torch.equal(made.predict(images).maps, before)


@UNTRAINED
def test_the_ensemble_is_the_pixelwise_maximum(tiny, images):
    both = tiny("ensemble").eval()
    maps = []
    for objective in ("filtering", "amplifying"):
        alone = tiny(objective=objective).eval()
        alone.models[objective].load_state_dict(both.models[objective].state_dict())
        maps.append(alone.predict(images).maps)
    assert not torch.equal(*maps)
    assert torch.equal(both.predict(images).maps, torch.maximum(*maps))


@UNTRAINED
def test_an_image_passes_each_network_once(tiny, images):
    made, seen = tiny("ensemble").eval(), []
    for model in made.models.values():
        model.network.register_forward_hook(lambda *_: seen.append(1))
    made.predict(images[:1])
    assert len(seen) == 2


def test_equation_4_keeps_its_best_weights_and_stops(tiny, images):
    told = []

    class Steps(Listener):
        def on_step(self, stage, step, losses):
            told.append(step)

        def on_epoch(self, report):
            figures.extend(report.figures.values())

    figures = []
    # steps that are far too long: the figure cannot keep falling
    made = tiny("objective-4", steps=60, input_sides=(1.0,), learning_rate=0.3, patience=2)
    fit_small(made, images, listeners=[Steps()])
    assert max(told) < 60
    data = made.training_data(images, torch.device("cpu"))
    (training,) = made.eval().trainings().values()
    with torch.no_grad():
        assert training.figure(data) == pytest.approx(min(figures), rel=1e-4)


def test_it_learns_to_remove_what_was_corrupted(tiny):
    """On plain images a small network soon restores what was cut out, which an untrained one does not."""
    images = np.full((8, 32, 32, 3), 150, np.uint8)
    made = fit_small(
        tiny("cut-out", steps=60, learning_rate=1e-2, width=8, poolings=2, batch_size=4, input_sides=(1.0,)),
        images,
    )
    shown = images[:4].copy()
    shown[:, 12:20, 12:20] = 0
    left = (made.predict(shown).reconstruction - 150 / 255).abs()[..., 12:20, 12:20].mean()
    assert left < 0.25 * 150 / 255
    maps = made.predict(shown).maps
    assert maps[..., 13:19, 13:19].mean() > 5 * maps[..., :8, :8].mean()
    assert made.predict(shown).scores.min() > made.predict(images).scores.max()


def test_no_step_waits_for_a_texture(tiny, images, tmp_path, monkeypatch):
    """Every size of the crops has its textures before the first step, with progress."""
    for number, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    told = []

    class Steps(Listener):
        def on_reading(self, what, done, total):
            told.append(what)

        def on_step(self, stage, step, losses):
            told.append(stage.name)

    def read(paths, size, report):
        told.append(size)
        return read_textures(paths, size, report)

    read_textures = texture_bank.read_textures
    monkeypatch.setattr(texture_bank, "read_textures", read)
    texture = {"name": "texture", "folder": str(tmp_path)}
    made = tiny("ensemble", synthesizer={"name": "paste", "shape": "rectangle", "fill": texture})
    fit_small(made, images, listeners=[Steps()])
    read_once = [told_of for size in ((16, 16), (32, 32)) for told_of in (size, *["textures"] * 6)]
    steps = [f"{model}-{size}" for model in ("filtering", "amplifying") for size in (1, 2)]
    assert told == [*read_once, *steps]
    assert made.synthesis_sizes() == [(16, 16), (32, 32)]


def test_one_seed_gives_one_result(tiny, images):
    first, again, other = (fit_small(tiny(seed=seed), images).predict(images) for seed in (1, 1, 2))
    assert torch.equal(first.maps, again.maps)
    assert not torch.equal(first.maps, other.maps)


@pytest.mark.parametrize(("stage", "step"), [("filtering-1", 2), ("filtering-2", 1), ("amplifying-2", 2)])
def test_an_interrupted_run_ends_with_the_same_weights(tiny, images, stage, step):
    """The optimiser, shared by the sizes of the input, is resumed in any of them."""
    settings = {"steps": 6, "schedule": "cosine", "augment": "flips"}
    check_resuming(lambda: tiny("ensemble", **settings), images, stage, step)


def test_the_method_is_registered():
    assert catalogue().registry("method").load("ssae") is SSAE
    assert issubclass(SSAE, Method)


def test_how_maps_are_made_changes_after_training_but_where_their_average_is_known(tiny, images, tmp_path):
    fit_small(tiny(), images).save(tmp_path / "plain")
    fit_small(tiny(average_power=2.0), images).save(tmp_path / "weighed")
    other = {"window": 5, "repeats": 1, "difference": "ssim"}
    loaded, changed = (load_method(tmp_path / "plain", settings=settings) for settings in ({}, other))
    assert not torch.equal(loaded.predict(images).maps, changed.predict(images).maps)
    assert load_method(tmp_path / "weighed", settings={"average_power": 1.0}).trained
    assert load_method(tmp_path / "weighed", settings={"window": 5, "average_power": 0.0}).trained
    assert load_method(tmp_path / "plain", settings={"average_power": 2.0}).trained


@pytest.mark.parametrize(
    ("trained", "changes"),
    [
        ({"average_power": 2.0}, {"window": 5}),
        ({"average_power": 2.0}, {"window": 5, "average_power": 1.0}),
        ({}, {"window": 5, "average_power": 2.0}),
    ],
)
def test_an_average_of_other_maps_weighs_none(tiny, images, tmp_path, trained, changes):
    fit_small(tiny(**trained), images).save(tmp_path)
    with pytest.raises(
        OptionError, match=r"^expected window=\d+ as in training.*, got window=5: .*average_power=0$"
    ):
        load_method(tmp_path, settings=changes)


def test_every_setting_that_made_the_average_is_named(tiny, images, tmp_path):
    fit_small(tiny(), images).save(tmp_path)
    changes = {"difference": "ssim", "repeats": 1, "average_power": 2.0}
    with pytest.raises(OptionError, match=r"got difference='ssim', repeats=1: leave"):
        load_method(tmp_path, settings=changes)
