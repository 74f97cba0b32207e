"""The paper's values, its ablations and its figures."""

import csv
import dataclasses
import os
from pathlib import Path

import pytest
from sat_sgsf.draem.method import DRAEM
from sat_sgsf.method import SGSF
from sat_sgsf.results import ABLATIONS, published
from sat_sgsf.settings import PRESETS, SGSFSettings

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.guides import BorderColour, Sharpened
from synth_anomaly.scorers import MeanPoolMax

PAPER = {
    "size": 256,  # section IV-C
    "batch_size": 16,  # section IV-C
    "validation": 0.0,
    "forged": 0.75,  # section IV-C: 3 : 1
    "width": 64,  # section III-C.2: c = 512
    "self_supervised": "reconstruction",
    "guidance": "decoder",  # section III-C.2: "C_D is defined as the guidance features"
    "contrast": 4,  # Table VII
    "contrast_itself": False,
    "weight": 1.0,  # section IV-C
    "tau": 2.0,  # section IV-C
    "learning_rate": 1e-4,  # section IV-C
    "drops": (0.5, 0.7, 0.9),  # section IV-C
    "drop": 0.1,
    "epochs": 800,
    "steps": None,
    "guide": Sharpened(BorderColour()),
}
ABLATIONS_BY_TABLE = {
    "V": {"no-guidance", "plain-perlin", "denoising"},
    "VII": {"contrast-2", "contrast-9", "contrast-5-with-itself"},
    "VIII": {"fixed-threshold", "a-0.2", "a-0.2-fixed", "a-0.6-fixed"},
    "IX": {"lambda-0.01", "lambda-0.1", "lambda-2"},
}
THRESHOLDS = {
    "paper": (0.4, 0.2),
    "fixed-threshold": (0.4, 0.0),
    "a-0.2": (0.2, 0.2),
    "a-0.2-fixed": (0.2, 0.0),
    "a-0.6-fixed": (0.6, 0.0),
}
FIGURES = Path(os.environ.get("SAT_TEST_PAPERS", "nowhere")) / "results" / "mvtec_ad.csv"

MORE = ("toothbrush", "transistor", "wood", "zipper")


@pytest.mark.parametrize("name", PAPER)
def test_the_defaults_are_the_papers(name):
    assert getattr(SGSFSettings(), name) == PAPER[name]


def test_the_score_pools_over_21_pixels():
    scorer = SGSFSettings().scorer
    assert isinstance(scorer, MeanPoolMax)
    assert scorer.window == 21


def test_the_paper_preset_changes_nothing():
    assert PRESETS["paper"] == {}
    assert SGSF.default_preset() == "paper"


def test_the_synthesizer_is_saliency_perlin_with_photographs():
    described = catalogue().describe("synthesizer", SGSFSettings().synthesizer)
    texture = {"name": "texture", "procedural": False}
    named = {
        "name": "saliency-perlin",
        "fill": {"name": "successive", "fills": [texture, "texture-operations"]},
    }
    expected = catalogue().build("synthesizer", named)
    assert described == catalogue().describe("synthesizer", expected)
    assert SGSFSettings().synthesizer.blend.opacity == (0.1, 1.0)  # equation 2


def test_every_row_of_the_tables_is_a_preset():
    named = set().union(*ABLATIONS_BY_TABLE.values())
    assert named == set(PRESETS) - {"quick", "paper"} == set(ABLATIONS)


@pytest.mark.parametrize("preset", sorted(set(PRESETS) - {"quick", "plain-perlin"}))
def test_an_ablation_changes_its_part_alone(preset):
    own, paper = SGSF(preset, width=4).settings, SGSF("paper", width=4).settings
    changed = {
        field.name
        for field in dataclasses.fields(own)
        if getattr(own, field.name) != getattr(paper, field.name)
    }
    assert changed == set(PRESETS[preset])
    assert len(changed) <= 2


@pytest.mark.parametrize("preset", THRESHOLDS)
def test_the_thresholds_of_table_viii(preset):
    shape = SGSF(preset, width=4).settings.synthesizer.shape
    assert (shape.a, shape.b) == THRESHOLDS[preset]


def test_plain_perlin_is_draems_noise_everywhere():
    settings = SGSF("plain-perlin", width=4).settings
    draem = catalogue().build("synthesizer", "draem")
    assert settings.guide is None
    assert settings.synthesizer.shape == draem.shape
    assert settings.synthesizer.blend.opacity == (0.1, 1.0)


def test_figures_stand_beside_the_configuration_that_they_are_of():
    for preset in PRESETS:
        whole = preset in ("quick", "paper")
        assert bool(SGSF.published("mvtec_ad", "bottle", preset)) == whole
        assert SGSF.published("mvtec_ad", "mean", preset)
    assert SGSF.published("demo", "bottle", "paper") == {}
    assert SGSF.published("mvtec_ad", "cat", "paper") == {}
    assert SGSF.published("kolektor_sdd2", "kolektor_sdd2", "paper") == {"image_ap": 0.863}
    assert SGSF.published("dagm2007", "Class1", "paper") == {}
    assert SGSF.published("dagm2007", "mean", "paper")["image_auroc"] == 0.999
    assert SGSF.published("dagm2007_six", "mean", "paper")["image_mean_accuracy"] == 0.991


def test_the_means_are_those_of_the_categories():
    names = "bottle cable capsule carpet grid hazelnut leather metal_nut pill screw tile"
    figures = [published("mvtec_ad", name) for name in [*names.split(), *MORE]]
    for name in ("pixel_auroc", "pixel_ap", "image_auroc"):
        mean = sum(figure[name] for figure in figures) / 15
        assert mean == pytest.approx(published("mvtec_ad", "mean")[name], abs=1.5e-3)


@pytest.mark.skipif(not FIGURES.is_file(), reason="SAT_TEST_PAPERS names no folder of published figures")
def test_the_figures_are_those_of_the_tables():
    lines = [line for line in FIGURES.read_text().splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines):
        figures = published("mvtec_ad", row["category"])
        for name in ("pixel_auroc", "image_auroc", "pixel_ap"):
            assert figures[name] == float(row[f"sgsf_{name}"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"drops": [0.7, 0.5]}, r"expected drops ascending in \(0, 1\)"),
        ({"drop": 0.0}, r"drop in \(0, 1\]"),
        ({"forged": 0.0}, r"expected forged in \(0, 1\]"),
        ({"steps": 0}, "expected steps of at least 1, got 0"),
        ({"contrast": 0}, "contrast must be above 0"),
        ({"tau": -1.0}, "expected tau of at least 0"),
        ({"blocks": [1, 1, 0, 1]}, "at least one block a stage"),
        ({"validation": 0.1}, "SGSF validates nothing"),
        ({"guidance": "both"}, "option 'guidance' takes '"),
        ({"contrasts": 2}, "did you mean 'contrast'"),
    ],
)
def test_wrong_settings_are_one_clear_line(changes, message):
    with pytest.raises(OptionError, match=message) as caught:
        SGSF(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        (SGSF, {"forged": 0.01}),
        (SGSF, {"forged": 0.4, "batch_size": 1}),
        (DRAEM, {"batch_size": 1}),
    ],
)
def test_a_batch_without_a_forged_image_is_refused_before_images_are_looked_for(method, settings):
    made = method("quick", **settings)
    with pytest.raises(OptionError, match=r"at least an image of batch_size, got \d+: raise one to train"):
        made.fit("no such folder")
