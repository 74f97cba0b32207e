"""SGSF from end to end, at a tiny size."""

import pytest
import torch
from sat_sgsf.method import SGSF
from sat_sgsf.settings import PRESETS

from synth_anomaly import Method
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import DataError, RunError
from synth_anomaly.interfaces import Batch
from synth_anomaly.losses import focal, l2, ssim_loss
from synth_anomaly.scorers import mean_pool
from synth_anomaly.testing import as_tensor, check_method, check_resuming, random_images
from synth_anomaly.training import Listener, generator_for

# on an image of noise the guide finds no background, and says so
pytestmark = pytest.mark.filterwarnings("ignore:the guide is 0.5 or more everywhere")

GUIDED_BY_SIMILAR = [name for name in PRESETS if name not in ("no-guidance", "denoising")]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_trains_predicts_and_loads(tiny, images, preset):
    told = []

    class Steps(Listener):
        def on_step(self, stage, step, losses):
            told.append((stage.name, step))

    made = check_method(tiny(preset), images, listeners=[Steps()])
    contrast = [("contrast", 1), ("contrast", 2)] if preset in GUIDED_BY_SIMILAR else []
    assert told == [*contrast, ("segmentation", 1), ("segmentation", 2)]
    assert isinstance(made, SGSF)
    prediction = made.predict(images)
    assert ((prediction.maps >= 0) & (prediction.maps <= 1)).all()
    assert prediction.reconstruction is None  # what is reconstructed is another image


@pytest.mark.parametrize(
    "changes",
    [
        {"size": (64, 32)},
        {"size": (40, 72)},
        {"guidance": "encoder"},
        {"initialise": True},
        {"drops": []},
        {"guide": "none"},
        {"forged": 1.0},
        {"scorer": "max"},
    ],
)
def test_other_settings_work_from_end_to_end(tiny, fitted, images, changes):
    made = fitted(tiny(**changes))
    prediction = made.predict(images)
    assert prediction.maps.shape == (6, 1, *made.settings.input_size)
    assert torch.isfinite(prediction.scores).all()


def test_bf16_trains_and_predicts(tiny, images):
    made = tiny().fit(images, device="cpu", precision="bf16")
    assert {value.dtype for value in made.parameters()} == {torch.float32}
    assert torch.isfinite(made.predict(images, precision="bf16").scores).all()


def test_the_image_score_is_the_maximum_of_the_mean_over_21_pixels(tiny, fitted, images):
    prediction = fitted(tiny()).predict(images)
    torch.testing.assert_close(prediction.scores, mean_pool(prediction.maps, 21).amax(dim=(1, 2, 3)))


def test_the_normals_are_saved_as_they_were_seen(tiny, fitted, images, tmp_path):
    made = fitted(tiny())
    assert torch.equal(made.normals.images, torch.from_numpy(images).permute(0, 3, 1, 2))
    assert made.normals.features.shape == (6, 32)
    # a training image is most similar to itself
    assert made.nearest(as_tensor(images)).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_sheet_shows_the_good_image_that_guides(tiny, fitted, images):
    made = fitted(tiny())
    asked = as_tensor(images[[4, 1, 4]])
    (head, shown), *others = made.pictures(asked).items()
    assert (head, others) == ("Guiding good image", [])
    # a training image is most similar to itself
    assert torch.equal(shown, asked)
    unlike = as_tensor(random_images(3, 32, 32, seed=9))
    expected = as_tensor(images[made.nearest(unlike).tolist()])
    assert torch.equal(made.pictures(unlike)[head], expected)


@pytest.mark.parametrize("preset", ["no-guidance", "denoising"])
def test_without_a_guiding_image_the_sheet_shows_none(tiny, fitted, images, preset):
    assert fitted(tiny(preset)).pictures(as_tensor(images)) == {}


def test_guidance_is_computed_once_for_each_normal_image(tiny, fitted, images):
    made = fitted(tiny())
    made.predict(images[[1, 1, 4, 1]], batch_size=2)
    made.predict(images[[4, 1]])
    assert made._cache.computed == 2


def test_one_by_one_is_guided_as_all_together(tiny, fitted, images):
    made = fitted(tiny())
    together = made.predict(images)
    for row in range(3):
        torch.testing.assert_close(made.predict(images[row : row + 1]).maps, together.maps[row : row + 1])


def test_untrained_it_says_what_is_missing(tiny, images):
    with pytest.raises(RunError, match="train it first"):
        tiny().predict(images)
    with pytest.raises(RunError, match="stages are made by fit"):
        tiny(steps="none").stages()


def test_one_image_alone_has_no_contrast_set(tiny, images):
    with pytest.raises(DataError, match="at least 2 good images, got 1"):
        tiny().fit(images[:1], device="cpu", precision="fp32")


def test_the_paper_needs_photographs_of_textures(images):
    with pytest.raises(DataError, match="DTD"):
        SGSF("paper", size=32).fit(images, device="cpu")


def stage_of(method, images):
    data = method.training_data(images, torch.device("cpu"))
    stages = method.stages()
    for stage in stages:
        if stage.prepare:
            with torch.no_grad():
                stage.prepare(data, generator_for(0))
    return stages[-1], data


def batch_of(data, rows):
    index = torch.tensor(rows)
    return Batch(data.train.batch(index), index, data.train.guide_batch(index))


def test_training_draws_from_the_contrast_set_of_each_row(tiny, images):
    method = tiny(contrast=2).eval()
    stage, data = stage_of(method, images)
    sets = stage.tensors["contrast"]
    known, seen = as_tensor(images), set()
    for seed in range(12):
        batch = batch_of(data, [5, 0, 3])
        others, truth = method._self_supervision(stage.tensors, batch, None, generator_for(seed))
        assert others is truth
        for row, image in zip([5, 0, 3], others, strict=True):
            (found,) = (known == image).flatten(1).all(dim=1).nonzero()[:, 0].tolist()
            assert found in sets[row].tolist()
            assert found != row
            seen.add((row, found))
    assert len(seen) == 6


def test_the_objective_is_equation_9(tiny, images):
    method = tiny(weight=0.5, tau=3.0).eval()
    stage, data = stage_of(method, images)
    batch = batch_of(data, [0, 1, 2, 3])
    with torch.no_grad():
        (objective,) = stage.step(batch, generator_for(7))
        random = generator_for(7)
        training = method._training(stage.tensors)
        defects = training.synthesizer(batch.images, random, guide=batch.guide, donors=batch.images)
        others, _ = method._self_supervision(stage.tensors, batch, defects, random)
        made = method.autoencoder(others)
        logits = method.segmenter(defects.images, made.decoded)
    expected = {
        "l2": 0.5 * l2(made.images, others),
        "ssim": 0.5 * ssim_loss(made.images, others),
        "focal": focal(logits, defects.masks, 3.0),
    }
    assert objective.terms.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(objective.terms[name], value)


def test_three_of_four_images_are_forged(tiny):
    training = tiny(batch_size=16)._training({})
    clean = torch.rand(16, 3, 32, 32)
    shares = [
        training.synthesizer.draw(16, (32, 32), generator_for(seed), donors=16)["defective"].sum()
        for seed in range(3)
    ]
    assert shares == [12, 12, 12]
    assert training._forged(Batch(clean, torch.arange(16)), generator_for(0)).masks.any()


def test_denoising_restores_the_forged_image(tiny, images):
    method = tiny("denoising").eval()
    _, data = stage_of(method, images)
    batch = batch_of(data, [0, 1, 2, 3])
    defects = method._training({})._forged(batch, generator_for(1))
    seen, truth = method._self_supervision({}, batch, defects, generator_for(1))
    assert seen is defects.images
    assert truth is batch.images
    assert method.contrast_autoencoder is method.normals is None


def test_without_guidance_there_is_the_segmentation_module_alone(tiny):
    method = tiny("no-guidance")
    assert method.autoencoder is method.contrast_autoencoder is method.normals is None
    assert method.segmenter.encoder.stages[1][0].conv1.in_channels == 4


def test_initialise_starts_the_module_as_the_autoencoder(tiny, images):
    for initialise in (True, False):
        method = tiny(initialise=initialise)
        stage_of(method, images)
        pairs = zip(method.autoencoder.parameters(), method.contrast_autoencoder.parameters(), strict=True)
        assert all(torch.equal(one, other) for one, other in pairs) == initialise


def test_the_learning_rate_drops_at_50_70_and_90_percent(tiny, images):
    method = tiny(steps=20, learning_rate=1e-4)
    stage, _ = stage_of(method, images)
    schedule, rates = stage.optimisers["network"].schedule, []
    for _ in range(20):
        rates.append(stage.optimisers["network"].learning_rate)
        stage.optimisers["network"].optimiser.step()
        schedule.step()
    assert rates == pytest.approx([1e-4] * 10 + [1e-5] * 4 + [1e-6] * 4 + [1e-7] * 2)


def test_epochs_are_counted_where_steps_are_not(tiny, images):
    method = tiny(steps="none", epochs=10, contrast_steps="none", contrast_epochs=3)
    method.training_data(images, torch.device("cpu"))
    assert [stage.steps for stage in method.stages()] == [5, 15]


@pytest.mark.parametrize(("stage", "step"), [("contrast", 2), ("segmentation", 1)])
def test_an_interrupted_run_ends_with_the_same_weights(tiny, images, stage, step):
    check_resuming(lambda: tiny(steps=3), images, stage, step)


def test_one_seed_gives_one_result(tiny, fitted, images):
    first, again, other = (fitted(tiny(seed=seed)).predict(images).maps for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_method_is_registered():
    assert catalogue().registry("method").load("sgsf") is SGSF
    assert issubclass(SGSF, Method)
