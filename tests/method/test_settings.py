"""Settings, presets, and methods made by name."""

import pytest
import torch

from synth_anomaly import Pipeline
from synth_anomaly.errors import ComponentError, OptionError, RecipeError
from synth_anomaly.method import create_method


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
        ({"schedule": "linear"}, "option 'schedule' takes 'constant', 'cosine' or 'one-cycle', got 'linear'"),
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


def test_methods_are_made_by_name(methods):
    made = create_method("segmentation", settings=methods.SMALL, seed=5)
    assert isinstance(made, Pipeline)
    assert made.seed == 5
    with pytest.raises(ComponentError, match="unknown method 'segmentaton': did you mean 'segmentation'"):
        create_method("segmentaton")
    with pytest.raises(RecipeError, match=r"a method is a subclass of synth_anomaly.Method"):
        create_method("synth_anomaly.losses:L2")


def test_a_network_starts_from_its_seed_alone(small):
    torch.manual_seed(0)
    first = small(seed=2).state_dict()
    torch.manual_seed(1)
    second = small(seed=2).state_dict()
    assert all(torch.equal(second[name], value) for name, value in first.items())
    assert not torch.equal(
        small(seed=3).state_dict()["backbone.conv1.weight"], first["backbone.conv1.weight"]
    )


def test_a_method_without_a_preset_that_changes_nothing_says_so(methods):
    assert methods.OnlySmall("small").settings.size == 16
    message = "expected a preset of OnlySmall that changes nothing, got small: name the one"
    with pytest.raises(RecipeError, match=message):
        methods.OnlySmall()
    with pytest.raises(RecipeError, match=message):
        create_method(f"{methods.__name__}:OnlySmall")
