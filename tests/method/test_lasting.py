"""What is trained can be saved, which is checked before the first step; and names that are no settings."""

from dataclasses import make_dataclass

import pytest
from torch import nn

from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.losses import L2
from synth_anomaly.method import MethodSettings, create_method
from synth_anomaly.method.lasting import check_saveable
from synth_anomaly.method.naming import CONSTRUCTOR_NAMES, check_setting_names
from synth_anomaly.synthesizers import cutpaste
from synth_anomaly.testing import check_recipe, random_images, sat
from synth_anomaly.training import Listener


class NeverStepped(Listener):
    """Fails where training begins."""

    def on_reading(self, what, done, total):
        raise AssertionError("it read images")

    def on_step(self, stage, step, losses):
        raise AssertionError("it trained")


class Forgetful:
    """A piece of any kind that does not keep its option."""

    def __init__(self, width: int = 3) -> None:
        pass

    def __call__(self, *given, **named):
        raise NotImplementedError


class Odd(Forgetful):
    """A piece whose option no recipe can hold."""

    def __init__(self, width: object = 3) -> None:
        self.width = width


PIECES = {
    "synthesizer": lambda images, generator, *, guide=None, donors=None: None,
    "guide": lambda images: images,
    "augment": lambda images: images,
    "loss": lambda outputs, targets: 0,
    "scorer": lambda outputs, images: None,
}


@pytest.mark.parametrize("option", PIECES)
@pytest.mark.parametrize("form", ["function", "forgetful", "odd"])
def test_what_no_recipe_can_hold_is_refused_before_anything_is_read(small, option, form):
    piece = {"function": PIECES[option], "forgetful": Forgetful(), "odd": Odd(object())}[form]
    made = small(**{option: piece})
    with pytest.raises(ComponentError, match="could not be saved once it is trained") as caught:
        made.fit(random_images(), device="cpu", listeners=[NeverStepped()])
    assert "\n" not in str(caught.value)
    with pytest.raises(AssertionError, match="recipe"):
        check_recipe("augmentation" if option == "augment" else option, piece)


def test_a_class_inside_a_function_is_refused(methods):
    class Local(methods.Other):
        pass

    with pytest.raises(ComponentError, match="move it to the top of a module"):
        Local(size=16).fit(random_images(2, 16, 16), device="cpu")


class Extra(nn.Module):
    def get_extra_state(self):
        return {"a": 1}

    def set_extra_state(self, state):
        pass


def test_a_state_that_is_no_tensor_is_refused(methods):
    made = methods.Other(size=16)
    check_saveable(made)
    made.extra = Extra()
    with pytest.raises(ComponentError, match=r"extra\._extra_state of its state is no tensor"):
        check_saveable(made)


def test_built_in_pieces_are_described_and_made_again():
    check_recipe("synthesizer", cutpaste())
    check_recipe("loss", L2())


@pytest.mark.parametrize("name", ["seed", "preset", "allow_code", "self", "device", "precision", "category"])
def test_names_that_are_no_settings_are_one_line(name):
    with pytest.raises(OptionError, match=f"method 'segmentation' has no option '{name}'") as caught:
        create_method("segmentation", settings={name: 3})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ("seed=3", "--seed"),
        ("preset=full", "--preset"),
        ("allow_code=true", "--allow-code"),
        ("device=cpu", "--device"),
        ("threads=2", "--threads"),
        ("skip_bad=true", "--skip-bad"),
        ("score_size=native", "--score-size"),
        ("category=bottle", "--category"),
        ("seed.x=1", "--seed"),
    ],
)
def test_the_command_line_names_the_option_that_is_meant(tmp_path, given, option):
    result = sat("run", "segmentation", "--set", given, "--category", "bottle", "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: method 'segmentation' has no option")
    assert f"did you mean {option}" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()
    assert option in sat("run", "--help").stdout


def test_a_recipe_is_told_where_the_seed_stands(tmp_path):
    (tmp_path / "r.toml").write_text('recipe = 1\nmethod = "segmentation"\n[settings]\nseed = 3\n')
    result = sat("run", tmp_path / "r.toml", "--category", "bottle", "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert "stands above all tables: seed = N" in result.stderr


def test_a_setting_may_not_be_called_as_what_the_constructor_takes(methods):
    for name in CONSTRUCTOR_NAMES[1:]:
        settings = make_dataclass(
            "Settings", [(name, int, 3)], bases=(MethodSettings,), kw_only=True, frozen=True
        )
        kind = type("Clashing", (methods.Other,), {"Settings": settings, "__module__": methods.__name__})
        with pytest.raises(OptionError, match=f"setting '{name}', which its constructor takes"):
            check_setting_names(kind, [])
