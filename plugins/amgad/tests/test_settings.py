"""The paper's values, its ablations and its figures."""

import pytest
from sat_amgad.dcgan.method import DCGAN
from sat_amgad.dcgan.settings import DCGANSettings
from sat_amgad.method import AMGAD
from sat_amgad.results import ABLATIONS, TABLE_1
from sat_amgad.settings import AMGADSettings

from synth_anomaly.catalogue import catalogue, merge
from synth_anomaly.errors import OptionError, RecipeError
from synth_anomaly.method import create_method
from synth_anomaly.synthesizers import OneOf, amgad, small_regions

PAPER = {
    "validation": 0.0,  # all normal images train
    "augment": None,
    "discriminator_width": 64,  # section 4.1: DCGAN's
    "adgan_width": 64,
    "adversarial_anomaly": True,  # equation 2
    "attention_loss": True,  # equation 4
    "attention_norm": "l2",  # equation 4
    "reconstruction_weight": 1.0,  # equation 5
    "divergence_weight": 1.0,
    "attention_weight": 1.0,
    "synthetic_weight": 0.0,  # ADGAN is trained on normal images alone
    "score": "adgan",  # table 5
    "judged": "gated",
}


@pytest.mark.parametrize("name", PAPER)
def test_the_defaults_are_the_papers(name):
    assert getattr(AMGADSettings(), name) == PAPER[name]


def test_the_decoder_has_four_transposed_convolutions():
    assert len(AMGADSettings().decoder_channels) == 4


def test_the_encoder_is_resnet_18():
    assert AMGADSettings().backbone["name"] == "resnet18"


def test_the_synthesizer_is_the_papers():
    described = catalogue().describe("synthesizer", AMGADSettings().synthesizer)
    assert described == catalogue().describe("synthesizer", catalogue().build("synthesizer", "amgad"))


def test_quick_learns_mostly_from_small_regions():
    expected = OneOf((amgad(), small_regions()), (0.1, 0.9))
    assert AMGAD("quick").settings.synthesizer == expected


def test_the_dcgans_values():
    settings = DCGANSettings()
    assert (settings.size, settings.width, settings.latent) == (32, 64, 100)
    assert (settings.learning_rate, settings.betas) == (2e-4, (0.5, 0.999))


@pytest.mark.parametrize("preset", ["paper", "both-losses", "score-adgan"])
def test_the_whole_method_changes_nothing(preset):
    assert AMGAD.presets[preset] == {}


@pytest.mark.parametrize(
    ("preset", "changed"),
    [
        ("adversarial-anomaly-only", {"attention_loss": False}),
        ("attention-loss-only", {"adversarial_anomaly": False}),
        ("score-reconstruction", {"score": "stage1-reconstruction", "adgan_steps": 0}),
        ("score-discriminator", {"score": "stage1-discriminator", "adgan_steps": 0}),
    ],
)
def test_an_ablation_changes_one_part(preset, changed):
    assert AMGAD.presets[preset] == changed


@pytest.mark.parametrize(
    ("dataset", "category", "preset", "expected"),
    [
        ("mvtec_ad", "bottle", "paper", {"pixel_auroc": 0.95}),
        ("mvtec_ad", "screw", "quick", {"pixel_auroc": 0.86}),
        ("mvtec_ad", "zipper", "both-losses", {"pixel_auroc": 0.94}),
        ("mvtec_ad", "mean", "paper", {"pixel_auroc": 0.92, "image_accuracy_max": 0.89}),
        ("mvtec_ad", "mean", "adversarial-anomaly-only", {"pixel_auroc": 0.75}),
        ("mvtec_ad", "mean", "attention-loss-only", {"pixel_auroc": 0.87}),
        ("mvtec_ad", "bottle", "attention-loss-only", {}),
        ("cifar10", "mean", "paper", {"image_auroc": 0.823}),
        ("cifar10", "airplane", "paper", {}),
        ("cifar10", "mean", "score-reconstruction", {"image_auroc": 0.634}),
        ("cifar10", "mean", "score-discriminator", {"image_auroc": 0.632}),
        ("demo", "bottle", "paper", {}),
        ("mvtec_ad", "cat", "paper", {}),
    ],
)
def test_the_published_figures(dataset, category, preset, expected):
    assert AMGAD.published(dataset, category, preset) == expected


def test_the_mean_is_that_of_the_categories():
    names = (
        "bottle cable capsule carpet grid hazelnut leather metal_nut pill screw tile toothbrush transistor"
    )
    categories = [*names.split(), "wood", "zipper"]
    figures = [AMGAD.published("mvtec_ad", name, "paper")["pixel_auroc"] for name in categories]
    assert round(sum(figures) / 15, 2) == 0.92


@pytest.mark.parametrize(
    ("preset", "category", "expected"),
    [
        ("base", "airplane", 0.601),
        ("quick-base", "mean", 0.583),
        ("rotation", "deer", 0.636),
        ("jitter", "automobile", 0.421),
        ("rotation+perm", "cat", 0.577),
        ("quick", "airplane", 0.691),
        ("semi", "bird", 0.591),
        ("semi", "ship", None),
    ],
)
def test_table_1(preset, category, expected):
    figures = DCGAN.published("cifar10", category, preset)
    assert figures == ({} if expected is None else {"image_auroc": expected})
    assert DCGAN.published("mvtec_ad", category, preset) == {}


def test_figures_stand_beside_presets():
    assert set(TABLE_1) <= set(DCGAN.presets)
    assert {name for table in ABLATIONS.values() for name in table} <= set(AMGAD.presets)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"preset": "papr"}, RecipeError, "method 'amgad' has no preset 'papr': did you mean 'paper'"),
        ({"attention_norm": "l3"}, OptionError, "option 'attention_norm' takes '"),
        ({"score": "adgan", "adgan_steps": 0}, OptionError, "expected adgan_steps above 0"),
        ({"average": 1.0}, OptionError, r"expected average in \[0, 1\), got 1.0"),
        ({"synthetic_weight": -1.0}, OptionError, "expected synthetic_weight and adgan_steps of at least 0"),
        ({"validation": 0.1}, OptionError, "expected validation = 0, got 0.1"),
        (
            {"adversarial_anomaly": False, "attention_loss": False},
            OptionError,
            "expected adversarial_anomaly or attention_loss, got neither",
        ),
        ({"normal_share": 0.6}, OptionError, r"expected normal_share in \(0, 0.5\], got 0.6"),
        ({"avrage": 2}, OptionError, "has no option 'avrage': did you mean 'average'"),
    ],
)
def test_wrong_settings_are_one_clear_line(changes, error, message):
    with pytest.raises(error, match=message) as caught:
        AMGAD(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("preset", ["quick", "paper"])
@pytest.mark.parametrize("dataset", ["mvtec_ad", "cifar10"])
def test_the_name_of_its_backbone_alone_keeps_its_options(preset, dataset):
    own = AMGAD.for_category(dataset, "cat", preset)
    as_it_is = AMGAD(preset, **own)
    named = AMGAD(preset, **merge(own, {"backbone": "resnet18"}))
    assert named.settings.backbone == as_it_is.settings.backbone
    wide = AMGAD(preset, **merge(own, {"backbone": {"name": "resnet18", "weights": "none", "width": 5}}))
    assert wide.settings.backbone["out_levels"] == as_it_is.settings.backbone["out_levels"]
    assert (wide.settings.backbone["normalise"], wide.settings.backbone["width"]) == (True, 5)


@pytest.mark.parametrize("backbone", ["resnet34", {"name": "resnet18", "normalise": False}])
def test_a_recipe_says_the_backbone_again(backbone):
    made = AMGAD(backbone=backbone, decoder_channels=(8,) * (5 if backbone == "resnet34" else 4))
    recipe = made.recipe()
    assert create_method("amgad", preset=recipe.preset, settings=recipe.settings).settings == made.settings
