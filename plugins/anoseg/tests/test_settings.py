"""The paper's values, its ablations and its figures."""

import pytest
from sat_anoseg.method import AnoSeg
from sat_anoseg.results import ABLATIONS
from sat_anoseg.settings import AnoSegSettings

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError, RecipeError
from synth_anomaly.synthesizers import small_regions

PAPER = {
    "size": 256,  # section 4.1
    "batch_size": 16,  # section 4.1
    "validation": 0.0,  # all normal images train
    "augment": None,
    "backbone": "resnet18",  # section 4.2
    "decoder_channels": (512, 256, 128, 128, 128),  # table 6
    "discriminator_width": 64,  # table 6
    "coordinates": True,  # section 3.3
    "adversarial": True,  # section 3.2
    "alpha": 1.0,  # equation 5
    "beta": 0.1,  # equation 5
    "detector_map_input": True,  # appendix A
    "detector_feature_matching": True,
    "detector_classification": True,
}
SEGMENTATION_ABLATIONS = {  # table 3: synthesizer, adversarial, coordinates
    "base": ("cutpaste", False, False),
    "+hard-augmentation": ("hard-augmentation", False, False),
    "+adversarial": ("hard-augmentation", True, False),
    "+coordinates": ("hard-augmentation", True, True),
}
DETECTOR_ABLATIONS = {  # table 5: feature matching, map input, classification
    "detector-base": (False, False, False),
    "+feature-matching": (True, False, False),
    "+map-input": (True, True, False),
    "+classification": (True, True, True),
}
MVTEC_AD = {  # tables 1 and 4: pixel AUROC, image AUROC
    "bottle": (0.99, 0.98),
    "capsule": (0.90, 0.84),
    "carpet": (0.99, 0.96),
    "screw": (0.91, 0.97),
    "toothbrush": (0.96, 0.99),
    "zipper": (0.98, 0.99),
    "mean": (0.97, 0.96),
}


@pytest.mark.parametrize("name", PAPER)
def test_the_defaults_are_the_papers(name):
    assert getattr(AnoSegSettings(), name) == PAPER[name]


def test_the_paper_preset_changes_nothing():
    assert AnoSeg.presets["paper"] == {}


def test_the_synthesizer_is_the_hard_augmentation():
    described = catalogue().describe("synthesizer", AnoSegSettings().synthesizer)
    assert described == catalogue().describe(
        "synthesizer", catalogue().build("synthesizer", "hard-augmentation")
    )


def test_quick_learns_from_small_regions(tiny):
    assert tiny("quick").settings.synthesizer == small_regions()


@pytest.mark.parametrize("preset", SEGMENTATION_ABLATIONS)
def test_each_row_of_table_3_has_its_parts(tiny, preset):
    synthesizer, adversarial, coordinates = SEGMENTATION_ABLATIONS[preset]
    made = tiny(preset)
    assert made.settings.synthesizer == catalogue().build("synthesizer", synthesizer)
    assert (made.segmentation_discriminator is not None) == adversarial
    assert (made.segmentation_generator.image_decoder is not None) == adversarial
    assert made.segmentation_generator.map_decoder is not None
    assert made.segmentation_generator.encoder.in_channels == (5 if coordinates else 3)
    stage = made.stages()[0]
    assert set(stage.optimisers) == ({"generator", "discriminator"} if adversarial else {"generator"})


@pytest.mark.parametrize("preset", DETECTOR_ABLATIONS)
def test_each_row_of_table_5_has_its_parts(tiny, preset):
    matching, map_input, classification = DETECTOR_ABLATIONS[preset]
    made = tiny(preset)
    settings = made.settings
    assert settings.detector_feature_matching == matching
    assert settings.detector_classification == classification
    assert made.detector_discriminator.in_channels == (4 if map_input else 3)
    assert made.detector_generator.encoder.in_channels == (6 if map_input else 5)
    assert made.detector_generator.map_decoder is None
    assert made.segmentation_discriminator is not None


def test_the_last_row_of_each_table_is_the_paper(tiny):
    for preset in ("+coordinates", "+classification"):
        assert AnoSeg.presets[preset] == {}
        assert tiny(preset).settings == tiny("paper").settings


def test_an_ablation_changes_one_part_at_a_time(tiny):
    """What a table's row adds is all that changes; other settings are the paper's throughout."""
    others = {"synthesizer", "adversarial", "coordinates"}
    others |= {f"detector_{part}" for part in ("feature_matching", "map_input", "classification")}
    for preset in (*SEGMENTATION_ABLATIONS, *DETECTOR_ABLATIONS):
        assert set(AnoSeg.presets[preset]) <= others


@pytest.mark.parametrize("category", MVTEC_AD)
def test_the_published_figures(category):
    pixel, image = MVTEC_AD[category]
    figures = AnoSeg.published("mvtec_ad", category, "paper")
    assert (figures["pixel_auroc"], figures["image_auroc"]) == (pixel, image)
    assert figures.get("pixel_iou_max") == (0.542 if category == "mean" else None)


def test_nothing_is_published_of_other_data():
    assert AnoSeg.published("demo", "bottle", "paper") == {}
    assert AnoSeg.published("mvtec_ad", "cat", "paper") == {}


@pytest.mark.parametrize("preset", sorted(AnoSeg.presets))
def test_figures_stand_beside_the_configuration_that_they_are_of(preset):
    is_whole = preset in {"quick", "paper", "+coordinates", "+classification"}
    assert bool(AnoSeg.published("mvtec_ad", "bottle", preset)) == is_whole
    mean = AnoSeg.published("mvtec_ad", "mean", preset)
    assert mean == (AnoSeg.published("mvtec_ad", "mean", "paper") if is_whole else ABLATIONS[preset])


def test_the_means_are_those_of_the_categories():
    from sat_anoseg.results import published

    categories = (
        "bottle cable capsule carpet grid hazelnut leather metal_nut pill screw tile toothbrush transistor"
    )
    figures = [published(category) for category in [*categories.split(), "wood", "zipper"]]
    for name in ("pixel_auroc", "image_auroc"):
        assert round(sum(figure[name] for figure in figures) / 15, 2) == published("mean")[name]


def test_the_ablations_figures_are_of_presets():
    assert set(ABLATIONS) == {*SEGMENTATION_ABLATIONS, *DETECTOR_ABLATIONS} <= set(AnoSeg.presets)
    assert [ABLATIONS[name]["pixel_auroc"] for name in SEGMENTATION_ABLATIONS] == [0.923, 0.942, 0.951, 0.970]
    assert [ABLATIONS[name]["pixel_iou_max"] for name in SEGMENTATION_ABLATIONS] == [
        0.492,
        0.503,
        0.527,
        0.542,
    ]
    assert [ABLATIONS[name]["image_auroc"] for name in DETECTOR_ABLATIONS] == [0.812, 0.842, 0.943, 0.961]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"preset": "papr"}, RecipeError, "method 'anoseg' has no preset 'papr': did you mean 'paper'"),
        (
            {"segmentation_loss": "l3"},
            OptionError,
            "option 'segmentation_loss' takes 'l1', 'l2' or 'cross-entropy', got 'l3'",
        ),
        ({"decoder_channels": []}, OptionError, "channels takes at least one width"),
        (
            {"decoder_channels": [8, 4, 4]},
            OptionError,
            "enlarge by the backbone's stride of 32, got 3 widths, which enlarge by 8",
        ),
        ({"backbone": {"in_channels": 3}}, OptionError, "has in_channels = 3, this method gives it 5"),
        ({"normal_share": 0.6}, OptionError, r"expected normal_share in \[0, 0.5\], got 0.6"),
        ({"alpa": 2}, OptionError, "has no option 'alpa': did you mean 'alpha'"),
    ],
)
def test_wrong_settings_are_one_clear_line(changes, error, message):
    with pytest.raises(error, match=message) as caught:
        AnoSeg(**changes)
    assert "\n" not in str(caught.value)
