"""The paper's values, its presets, its categories and its figures."""

from pathlib import Path

import pytest
from sat_ssae.categories import CATEGORIES, SSIM_CATEGORIES, TEXTURES, category_settings
from sat_ssae.method import SSAE
from sat_ssae.results import published
from sat_ssae.settings import PRESETS, SSAESettings

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError, RecipeError

PAPER = {
    "size": 512,  # section 4.1, textures
    "validation": 0.05,  # section 4.1
    "kernel": 3,  # section 4.1, textures
    "width": 64,  # table 1
    "dilations": (1, 2, 4, 8, 16, 32),  # table 1
    "poolings": 3,  # table 1
    "learning_rate": 1e-4,  # section 4.1
    "schedule": "constant",
    "objective": "filtering",  # section 4.3
    "weight": 0.5,  # section 4.4
    "difference": "squared",  # equation 2
}
CORRUPTIONS = {
    "carpet": {"ssae"},
    "bottle": {"ssae"},
    "cable": {"ssae", "occlusion"},
    "screw": {"ssae", "occlusion"},
    "transistor": {"ssae", "occlusion", "rotation"},
}
TABLES_2_AND_3 = {
    "carpet": (0.997, 1.0),
    "cable": (0.982, 0.980),
    "mean": (0.991, 0.996),
    "wood": (0.981, 1.0),
}


@pytest.mark.parametrize("name", PAPER)
def test_the_defaults_are_the_papers(name):
    assert getattr(SSAESettings(), name) == PAPER[name]


def test_the_paper_preset_changes_nothing():
    assert PRESETS["paper"] == {}
    assert {"quick", "objective-1", "objective-4", "ensemble", "cut-out"} <= set(PRESETS)


def test_the_categories_are_those_of_mvtec_ad():
    textures = {"carpet", "grid", "leather", "tile", "wood"}
    objects = {
        "bottle",
        "cable",
        "capsule",
        "hazelnut",
        "metal_nut",
        "pill",
        "screw",
        "toothbrush",
        "transistor",
        "zipper",
    }
    assert textures == TEXTURES
    assert set(CATEGORIES) == textures | objects
    assert {
        "carpet",
        "tile",
        "bottle",
        "cable",
        "capsule",
        "metal_nut",
        "transistor",
        "zipper",
    } == SSIM_CATEGORIES


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_a_categorys_settings_are_within_what_is_published(category):
    settings = SSAE("paper", width=1, **category_settings(category)).settings
    if category in TEXTURES:
        assert (settings.size, settings.kernel, settings.average_power) == (512, 3, 0)
    else:
        assert settings.size in {256, 384, 512}
        assert settings.kernel in {3, 5}
        assert settings.average_power > 0
    assert settings.difference == ("ssim" if category in SSIM_CATEGORIES else "squared")
    assert settings.weight == 0.5


@pytest.mark.parametrize("category", CORRUPTIONS)
def test_corruptions_by_category(category):
    row = category_settings(category)
    described = str(catalogue().describe("synthesizer", catalogue().build("synthesizer", row["synthesizer"])))
    found = {"ssae"} if "elastic" in described else set()
    found |= {"occlusion"} if "texture-operations" in described else set()
    found |= {"rotation"} if "whole-image" in described else set()
    assert found == CORRUPTIONS[category]
    assert "share-limited" in described


def test_an_unknown_category_takes_the_defaults():
    assert category_settings("commutator") == {}


def test_a_preset_keeps_what_it_is_made_of():
    assert SSAE.for_category("demo", "carpet", "paper")["size"] == 512
    for category in CATEGORIES:
        quick = SSAE.for_category("demo", category, "quick")
        assert set(quick) <= {"augment", "difference", "average_power", "synthesizer"}
        assert ("synthesizer" in quick) == (category == "transistor")
        assert "synthesizer" not in SSAE.for_category("demo", category, "cut-out")
        assert SSAE("quick", **quick).settings.size == 128


@pytest.mark.parametrize("category", TABLES_2_AND_3)
def test_the_published_figures(category):
    figures = SSAE.published("mvtec_ad", category, "paper")
    assert (figures["pixel_auroc"], figures["image_auroc"]) == TABLES_2_AND_3[category]


def test_the_means_are_those_of_the_categories():
    for name, digits in (("pixel_auroc", 3), ("image_auroc", 3)):
        mean = sum(published(category)[name] for category in CATEGORIES) / 15
        assert round(mean, digits) == pytest.approx(published("mean")[name], abs=5e-4)


def test_table_4():
    assert published("wood", "objective-4") == {"pixel_auroc": 0.971, "image_auroc": 0.990}
    assert published("wood", "ensemble") == {"pixel_auroc": 0.983}
    assert published("cable", "objective-4") == {}
    assert published("wood", "cut-out") == {}
    assert SSAE.published("demo", "carpet", "paper") == {}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"preset": "papr"}, RecipeError, "did you mean 'paper'"),
        ({"size": 100}, OptionError, "expected size to be a multiple of 8, got 100"),
        ({"kernel": 4}, OptionError, "option 'kernel' takes"),
        ({"weight": 1.5}, OptionError, r"expected weight in \[0, 1\], got 1.5"),
        ({"input_sides": (0.5, 0.25, 1.0)}, OptionError, "expected input_sides ascending"),
        ({"input_sides": (0.5,)}, OptionError, "expected input_sides ascending"),
        ({"input_sides": (0.25, 0.5, 1.0), "steps": 2}, OptionError, "expected a step for each of 3"),
        ({"window": 4}, OptionError, "expected an odd window"),
        ({"repeats": -1}, OptionError, "expected repeats and average_power of at least 0"),
        ({"average_power": 1.0, "validation": 0.0}, OptionError, "average_power needs images held back"),
        ({"objective": "amplifying", "validation": 0.0}, OptionError, "equation 4 stops early"),
        ({"steps": 0}, OptionError, "steps must be above 0"),
    ],
)
def test_mistakes_are_said_in_a_line(changes, error, message):
    with pytest.raises(error, match=message):
        SSAE(**changes)


def test_the_readme_shows_the_categories_as_they_are():
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    section = readme.partition("## Categories")[2].partition("\n## ")[0]
    lines = [line.strip("|").replace("*", "").split("|") for line in section.splitlines()]
    table = {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines if len(cells) == 9}
    assert table.keys() - {"category", "---"} == CATEGORIES.keys()
    for name, row in CATEGORIES.items():
        augment = row.augment if isinstance(row.augment, str) else "flips across"
        difference = "SSIM" if name in SSIM_CATEGORIES else "squared"
        corruption = ", ".join(
            {"ssae": "elastic"}.get(part, part)
            for part in ("ssae", "occlusion", "rotation")
            if part in CORRUPTIONS.get(name, {"ssae"})
        )
        shown = [row.size, row.kernel, augment, difference, row.repeats, row.window, f"{row.average_power:g}"]
        assert table[name] == [*map(str, shown), corruption]
