"""AMGAD from end to end, at a tiny size."""

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file
from sat_amgad.equations import negative_log_likelihood
from sat_amgad.method import AMGAD
from sat_amgad.settings import PRESETS, SMALL_IMAGES

from synth_anomaly import Method, load_method
from synth_anomaly.backbones import ResNet18
from synth_anomaly.catalogue import catalogue
from synth_anomaly.cli.main import cli
from synth_anomaly.errors import OptionError
from synth_anomaly.testing import as_tensor, check_resuming
from synth_anomaly.training import Listener

TINY = {"backbone": {"name": "resnet18", "width": 4, "out_levels": [3], "small_images": True}}


def fit(method, images, **options):
    return method.fit(images, device="cpu", precision="fp32", warn=lambda _: None, **options)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_trains_a_step_of_each_stage_and_predicts(tiny, images, preset, tmp_path):
    told = []

    class Steps(Listener):
        def on_step(self, stage, step, losses):
            told.append((stage.name, step))

        def on_epoch(self, report):
            for panel in report.panels().values():
                assert panel.shape[1:] == (3, 32, 32)

    made = fit(tiny(preset), images, listeners=[Steps()])
    assert (
        told
        == [("attention", 1), ("adgan", 1)][
            : 1 if preset in ("score-reconstruction", "score-discriminator") else 2
        ]
    )
    prediction = made.predict(images)
    assert prediction.maps.shape == (6, 1, 32, 32)
    assert prediction.maps.min() >= 0
    assert prediction.maps.max() <= 1
    assert prediction.scores.shape == (6,)
    assert torch.isfinite(prediction.scores).all()
    assert prediction.reconstruction.shape == (6, 3, 32, 32)
    made.save(tmp_path)
    loaded = load_method(tmp_path)
    assert isinstance(loaded, AMGAD)
    again = loaded.predict(images)
    assert torch.equal(again.maps, prediction.maps)
    assert torch.equal(again.scores, prediction.scores)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": (64, 32)},
        {"size": (40, 72)},
        {"backbone": {"width": 4}, "decoder_channels": [4, 4, 4, 4], "size": 64},
        {"backbone": {"width": 4, "out_levels": [2], "small_images": True}, "decoder_channels": [4]},
        {"attention_norm": "cross-entropy"},
        {"schedule": "cosine", "augment": "flips", "attention_bias": 2.0},
        {"average": 0.5, "synthetic_weight": 1.0, "adgan_synthesizer": "cutpaste"},
        {"judged": "reconstruction"},
    ],
)
def test_other_settings_work_from_end_to_end(tiny, images, changes):
    made = fit(tiny(**changes), images)
    prediction = made.predict(images)
    assert prediction.maps.shape == (6, 1, *made.settings.input_size)
    assert torch.isfinite(prediction.scores).all()


def test_bf16_trains_and_predicts(tiny, images):
    made = tiny(synthetic_weight=1.0, average=0.5).fit(
        images, device="cpu", precision="bf16", warn=lambda _: None
    )
    assert {value.dtype for value in made.parameters()} == {torch.float32}
    assert torch.isfinite(made.predict(images, precision="bf16").scores).all()


def test_maps_are_1_where_the_paper_says_0(tiny, images):
    made = tiny().eval()
    with torch.no_grad():
        attention = made.attention_generator(as_tensor(images)).attention
        torch.testing.assert_close(made(as_tensor(images)).maps, 1 - attention)


@torch.no_grad()
def test_each_score_is_its_networks(tiny, images):
    images = as_tensor(images)
    made = tiny("paper", score="stage1-reconstruction").eval()
    prediction = made(images)
    expected = negative_log_likelihood(images, prediction.reconstruction)
    torch.testing.assert_close(prediction.scores, expected)
    made = tiny("paper", score="stage1-discriminator").eval()
    expected = (
        1 - made.attention_discriminator(torch.cat([images, 1 - prediction.maps], dim=1)).logits.sigmoid()
    )
    torch.testing.assert_close(made(images).scores.sigmoid(), expected)


def test_a_score_can_be_chosen_after_training(tiny, images, tmp_path):
    fit(tiny("paper", steps=2), images).save(tmp_path)
    scores = {
        name: load_method(tmp_path, settings={"score": name}).predict(images).scores
        for name in ("adgan", "stage1-reconstruction", "stage1-discriminator")
    }
    assert torch.equal(scores["adgan"], load_method(tmp_path).predict(images).scores)
    assert not torch.equal(scores["adgan"], scores["stage1-discriminator"])
    assert not torch.equal(scores["adgan"], scores["stage1-reconstruction"])
    for refused in ({"latent_channels": 5}, {"score": "adgan", "adgan_steps": 9}):
        with pytest.raises(OptionError, match=r"after training \(batch_size, score, judged\), got "):
            load_method(tmp_path, settings=refused)


def test_an_adgan_that_was_not_trained_cannot_be_made_to_score(tiny, images, tmp_path):
    fit(tiny("paper", steps=2, score="stage1-reconstruction", adgan_steps=0), images).save(tmp_path)
    assert load_method(tmp_path, settings={"score": "stage1-discriminator"}).trained
    for changes in ({"score": "adgan"}, {"score": "adgan", "adgan_steps": 9}):
        with pytest.raises(OptionError, match="adgan_steps"):
            load_method(tmp_path, settings=changes)


def test_the_maps_and_the_scores_rise_on_anomalies(tiny, halves):
    """A few steps on plain images teach it where its own anomalies are."""
    generator = torch.Generator().manual_seed(0)
    textured = (100 + 20 * torch.rand(4, 32, 32, 3, generator=generator)).byte().numpy()
    changes = {"steps": 60, "learning_rate": 5e-3, "synthesizer": halves, "adgan_steps": 60}
    made = fit(
        tiny("paper", synthetic_weight=1.0, adgan_discriminator_learning_rate=5e-3, **changes), textured
    )
    clean = as_tensor(textured)
    defects = halves(clean, generator)
    prediction, normal = made.predict(defects.images), made.predict(clean)
    inside = defects.masks > 0
    assert prediction.maps[inside].mean() > prediction.maps[~inside].mean() + 0.2
    assert normal.maps.mean() < prediction.maps[inside].mean()
    assert normal.scores.max() < prediction.scores.min()


@pytest.mark.parametrize(
    ("stage", "moved"),
    [
        ("attention", {"attention_generator", "attention_discriminator"}),
        ("adgan", {"adgan_generator", "adgan_discriminator", "adgan_average"}),
    ],
)
def test_a_stage_moves_its_own_networks_alone(tiny, images, stage, moved):
    made = tiny(steps=2, adgan_steps=2, synthetic_weight=1.0, average=0.5)
    before, after = {}, {}

    class Remembers(Listener):
        def on_stage(self, begun, number, stages, start):
            if begun.name == stage:
                before.update({name: value.clone() for name, value in made.state_dict().items()})

        def on_stage_end(self, ended):
            if ended.name == stage:
                after.update({name: value.clone() for name, value in made.state_dict().items()})

    fit(made, images, listeners=[Remembers()])
    changed = {name.split(".")[0] for name, value in before.items() if not torch.equal(after[name], value)}
    assert changed == moved


def test_one_seed_gives_one_result(tiny, images):
    first, again, other = (fit(tiny(steps=2, seed=seed), images).predict(images) for seed in (1, 1, 2))
    assert torch.equal(first.maps, again.maps)
    assert torch.equal(first.scores, again.scores)
    assert not torch.equal(first.maps, other.maps)


def test_absent_imagenet_weights_are_said(tiny, images, tmp_path):
    told = []
    made = tiny().fit(images, device="cpu", precision="fp32", warn=told.append)
    (line,) = made.remarks()
    assert "ImageNet" in line
    assert "--set backbone.weights=" in line
    assert line in told
    assert line in made.notes
    published = ResNet18(width=4, small_images=True)
    save_file(published.state_dict(), tmp_path / "resnet18.safetensors")
    given = tiny(backbone={**TINY["backbone"], "weights": str(tmp_path / "resnet18.safetensors")})
    assert given.remarks() == ()
    given.fit(images, device="cpu", precision="fp32", warn=told.append)
    assert "layer4.*: in resnet18.safetensors, not used by this network" in told


def test_given_weights_are_where_the_encoder_starts(tiny, tmp_path):
    published = ResNet18(width=4, small_images=True)
    save_file(published.state_dict(), tmp_path / "resnet18.safetensors")
    made = tiny(backbone={**TINY["backbone"], "weights": str(tmp_path / "resnet18.safetensors")})
    list(made.attention_generator.encoder.load_pretrained())
    for name, value in made.attention_generator.encoder.state_dict().items():
        assert torch.equal(value, published.state_dict()[name]), name


def test_the_method_is_registered():
    assert catalogue().registry("method").load("amgad") is AMGAD
    assert issubclass(AMGAD, Method)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_run_of_cifar10_begins_with_small_images(preset):
    own = AMGAD.for_category("cifar10", "airplane", preset)
    made = AMGAD(preset, **own)
    assert made.settings.input_size == (32, 32)
    encoder = made.attention_generator.encoder
    assert (encoder.small_images, encoder.strides) == (True, (4,))
    if preset != "quick":
        assert own == SMALL_IMAGES
    for dataset in ("demo", "mvtec_ad", "folder"):
        assert AMGAD.for_category(dataset, "bottle", preset) == {}


def run_cli(*arguments):
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="sat")
    assert result.exit_code == 0, result.output
    return Path(result.stdout.splitlines()[-1])


@pytest.mark.usefixtures("few_demo_images")
def test_the_command_line_states_what_is_absent_and_scores_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    changes = {
        "size": 32,
        "batch_size": 2,
        "steps": 1,
        "adgan_steps": 1,
        "adgan_batch_size": 2,
        "backbone.width": 4,
        "latent_channels": 4,
        "backbone.out_levels": [3],
        "decoder_channels": [4, 4, 4, 4],
        "discriminator_width": 4,
        "adgan_width": 4,
    }
    told = [f"--set={name}={value}" for name, value in changes.items()]
    run = run_cli("run", "amgad", "--category=bottle", "--device=cpu", "--precision=fp32", *told)
    metrics = json.loads((run / "metrics.json").read_text())
    assert any("ImageNet" in note for note in metrics["notes"])
    assert 0.5 < metrics["metrics"]["image_accuracy_max"] <= 1
    again = run_cli("evaluate", run, "--device=cpu", "--set=score=stage1-reconstruction")
    other = json.loads((again / "metrics.json").read_text())
    assert other["changes"] == {**metrics["changes"], "score": "stage1-reconstruction"}
    assert other["metrics"]["pixel_auroc"] == metrics["metrics"]["pixel_auroc"]
    assert other["metrics"]["image_auroc"] != metrics["metrics"]["image_auroc"]


@pytest.mark.filterwarnings("ignore:the encoder starts at random")
@pytest.mark.parametrize(("stage", "step"), [("attention", 3), ("adgan", 1), ("adgan", 2)])
def test_a_stopped_run_ends_with_the_same_weights(tiny, images, stage, step):
    check_resuming(
        lambda: tiny(steps=3, adgan_steps=3, synthetic_weight=1.0, average=0.9), images, stage, step
    )
