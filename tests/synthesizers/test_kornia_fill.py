import kornia.augmentation as kornia
import pytest
import torch
from torch import nn

from synth_anomaly.augmentation import Flips, QuarterTurns
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import ComponentError, OptionError
from synth_anomaly.parameters import Parameters
from synth_anomaly.randomness import forked_rng
from synth_anomaly.synthesizers import Elsewhere, KorniaFill, Paste, Rectangle, Sometimes, Successive
from synth_anomaly.testing import check_synthesizer

RECIPES = [
    {"name": "ColorJiggle", "brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "hue": 0.1, "p": 1.0},
    {"name": "ColorJitter", "brightness": 0.3, "contrast": 0.3, "p": 0.5},
    {"name": "RandomAffine", "degrees": 20.0, "p": 1.0},
    {"name": "RandomChannelDropout", "p": 1.0},
    {"name": "RandomChannelShuffle", "p": 1.0},
    {"name": "RandomElasticTransform", "kernel_size": [9, 9], "sigma": [3.0, 3.0], "p": 0.7},
    {"name": "RandomEqualize", "p": 0.5},
    {"name": "RandomErasing", "p": 1.0},
    {"name": "RandomGaussianBlur", "kernel_size": [3, 3], "sigma": [0.5, 2.0], "p": 1.0},
    {"name": "RandomGaussianNoise", "std": 0.4, "p": 1.0},
    {"name": "RandomHorizontalFlip", "p": 0.5},
    {"name": "RandomMotionBlur", "kernel_size": [3, 7], "angle": 35.0, "direction": 0.5, "p": 1.0},
    {"name": "RandomPerspective", "p": 1.0},
    {"name": "RandomPlasmaShadow", "p": 1.0},
    {"name": "RandomPosterize", "p": 1.0},
    {"name": "RandomSaltAndPepperNoise", "p": 1.0},
    {"name": "RandomSolarize", "p": 1.0},
    {"name": "RandomThinPlateSpline", "p": 1.0},
    {"name": "quarter-turns"},
]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def images(count, height=24, width=24):
    return torch.rand(count, 3, height, width, generator=seeded())


def draw(fill, content, seed=0):
    return fill.draw(torch.zeros(len(content), 4), tuple(content.shape[2:]), seeded(seed))


@pytest.fixture(params=RECIPES, ids=lambda recipe: recipe["name"])
def fill(request):
    return catalogue().build("fill", {"name": "kornia", "module": request.param})


@pytest.mark.parametrize("count", [1, 4, 6])
def test_does_what_the_module_does_by_itself(fill, count):
    content = images(count)
    drawn = draw(fill, content)
    state = torch.get_rng_state()
    made = fill.content(content, drawn)
    with forked_rng(int(drawn["seed"][0])):
        expected = fill.module(content)
    torch.testing.assert_close(made, expected.clamp(0, 1))
    assert torch.equal(torch.get_rng_state(), state)


def test_parameters_of_some_samples_make_those_again(fill):
    content = images(6)
    drawn = draw(fill, content)
    rows = torch.tensor([5, 1, 2])
    some = Parameters({name: value[rows] for name, value in drawn.host.items()})
    together, alone = fill.content(content, drawn), fill.content(content[rows], some)
    torch.testing.assert_close(together[rows], alone, atol=1e-4, rtol=0)


def test_a_seed_decides(fill):
    content = images(4)
    state = torch.get_rng_state()
    first, second = draw(fill, content), draw(fill, content)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["seed"], draw(fill, content, seed=1)["seed"])
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("module", ["RandomElasticTransform", {"name": "ColorJiggle", "hue": 0.2, "p": 1.0}])
def test_holds_what_the_kind_promises(module):
    fill = catalogue().build("fill", {"name": "kornia", "module": module})
    check_synthesizer(Paste(Rectangle((0.1, 0.4)), Successive((Sometimes(fill), Elsewhere()))))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_what_is_drawn_once_a_batch_is_kept_with_each_sample(count):
    drawn = draw(KorniaFill(kornia.ColorJiggle(0.1, 0.1, 0.1, 0.1)), images(count))
    assert drawn["batch/order"].shape == (count, 4)
    assert drawn["sample/hue_factor"].shape == (count,)
    assert (drawn["batch/order"] == drawn["batch/order"][0]).all()


def test_no_images():
    fill, content = KorniaFill(kornia.RandomPerspective()), images(0)
    assert fill.content(content, draw(fill, content)).shape == (0, 3, 24, 24)


def test_bfloat16_is_computed_in_float32():
    fill, content = KorniaFill(kornia.RandomPerspective(p=1.0)), images(3).bfloat16()
    drawn = draw(fill, content)
    assert torch.equal(fill.content(content, drawn), fill.content(content.float(), drawn).bfloat16())


@pytest.mark.parametrize(
    "module",
    [Flips(), kornia.RandomMixUpV2(), kornia.ImageSequential(QuarterTurns()), nn.Identity()],
    ids=lambda module: type(module).__name__,
)
def test_containers_mixers_and_foreign_modules_are_refused(module):
    with pytest.raises(ValueError, match=f"takes images one by one .*got {type(module).__name__}"):
        KorniaFill(module)


def test_recipes_name_what_is_refused():
    with pytest.raises(OptionError, match="fill 'kornia': module must be one module"):
        catalogue().build("fill", {"name": "kornia", "module": "flips"})
    with pytest.raises(ComponentError, match="did you mean"):
        catalogue().build("fill", {"name": "kornia", "module": "quarter-turn"})


def test_a_module_that_changes_the_size_is_named():
    fill, content = KorniaFill(kornia.CenterCrop(8)), images(2)
    with pytest.raises(ComponentError, match=r"CenterCrop made \(8, 8\) pixels of \(24, 24\)"):
        fill.content(content, draw(fill, content))


def test_the_recipe_survives_the_round_trip():
    recipe = {"name": "kornia", "module": {"name": "RandomGaussianNoise", "std": 0.2, "p": 1.0}}
    fill = catalogue().build("fill", recipe)
    described = catalogue().describe("fill", fill)
    assert described == recipe
    again, content = catalogue().build("fill", described), images(3)
    drawn = draw(fill, content)
    assert torch.equal(fill.content(content, drawn), again.content(content, draw(again, content)))
