from importlib.metadata import EntryPoint

import kornia.augmentation as kornia
import pytest
import torch
from torch import nn

from synth_anomaly.augmentation import Flips, QuarterTurns, Symmetries, augment_alike
from synth_anomaly.catalogue import Catalogue, catalogue
from synth_anomaly.discovery import discover
from synth_anomaly.errors import ComponentError, DataError, OptionError


@pytest.fixture(scope="module")
def plugins():
    point = EntryPoint("built-in", "synth_anomaly.builtin", "synth_anomaly")
    return Catalogue(discover(found=[point]))


@pytest.fixture
def pair():
    """Images whose first channel is their guide."""
    images = torch.rand(16, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    images[:, 0] = (images[:, 0] > 0.5).float()
    return images, images[:, :1].clone()


GEOMETRIC = [
    Flips(),
    QuarterTurns(),
    Symmetries(),
    kornia.RandomHorizontalFlip(p=0.5),
    kornia.ImageSequential(Flips(0.7, 0.2), QuarterTurns()),
    kornia.AugmentationSequential(kornia.RandomVerticalFlip(), QuarterTurns()),
]


@pytest.mark.parametrize("augmentation", GEOMETRIC, ids=lambda module: type(module).__name__)
def test_the_guide_follows_exactly(augmentation, pair):
    images, guide = augment_alike(augmentation, *pair, seed=1)
    assert torch.equal(images[:, :1], guide)
    assert not torch.equal(guide, pair[1])
    for before, after in zip(pair[0], images, strict=True):
        assert torch.equal(before.flatten().sort().values, after.flatten().sort().values)


@pytest.mark.parametrize(
    "augmentation",
    [kornia.ColorJiggle(0.3, 0.3, 0.3, 0.1), kornia.RandomGaussianBlur((3, 3), (0.5, 1.0), p=1.0)],
    ids=lambda module: type(module).__name__,
)
def test_changes_of_colour_leave_the_guide_alone(augmentation, pair):
    images, guide = augment_alike(augmentation, *pair, seed=1)
    assert torch.equal(guide, pair[1])
    assert not torch.equal(images, pair[0])
    assert images.min() >= 0
    assert images.max() <= 1


def test_a_warp_moves_the_guide_by_whole_pixels_and_close_to_the_image():
    down, right = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    disc = (((down - 20) ** 2 + (right - 36) ** 2) < 144).float().expand(4, 1, 64, 64)
    images, guide = augment_alike(
        kornia.RandomAffine(20.0, (0.1, 0.1), p=1.0), disc.expand(4, 3, 64, 64), disc, seed=1
    )
    assert set(guide.unique().tolist()) == {0.0, 1.0}
    assert ((images[:, :1] > 0.5).float() - guide).abs().mean() < 0.01
    assert (guide - disc).abs().mean() > 0.02


@pytest.mark.parametrize(
    "augmentation", [*GEOMETRIC, kornia.RandomAffine(10.0)], ids=lambda module: type(module).__name__
)
def test_a_seed_decides_and_nothing_else_changes(augmentation, pair):
    copies, state = [tensor.clone() for tensor in pair], torch.get_rng_state()
    first, second = augment_alike(augmentation, *pair, seed=5), augment_alike(augmentation, *pair, seed=5)
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])
    assert torch.equal(first[0], augment_alike(augmentation, pair[0], seed=5)[0])
    assert not torch.equal(first[0], augment_alike(augmentation, *pair, seed=6)[0])
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(tensor, copy) for tensor, copy in zip(pair, copies, strict=True))


def test_quarter_turns_are_exact_and_say_where_pixels_went(pair):
    module = QuarterTurns()
    torch.manual_seed(0)
    turned = module(pair[0])
    turns = module._params["turns"].tolist()
    assert set(turns) == {0, 1, 2, 3}
    for before, after, quarters, matrix in zip(pair[0], turned, turns, module.transform_matrix, strict=True):
        assert torch.equal(after, torch.rot90(before, quarters, (1, 2)))
        right, down, _ = (matrix @ torch.tensor([3.0, 5.0, 1.0])).long().tolist()
        assert torch.equal(after[:, down, right], before[:, 5, 3])


def test_quarter_turns_refuse_what_is_not_square():
    with pytest.raises(DataError, match="square images, got 8 x 9"):
        augment_alike(QuarterTurns(), torch.zeros(1, 3, 8, 9), seed=0)


def test_flips_take_images_that_are_not_square():
    images = torch.rand(8, 3, 5, 9, generator=torch.Generator().manual_seed(0))
    flipped, _ = augment_alike(Flips(1.0, 1.0), images, seed=0)
    assert torch.equal(flipped, images.flip(2, 3))


def test_what_cannot_move_a_guide_is_named(pair):
    with pytest.raises(ComponentError, match="Identity, which is not a kornia"):
        augment_alike(nn.Identity(), *pair, seed=0)
    with pytest.raises(ComponentError, match="RandomThinPlateSpline"):
        augment_alike(kornia.RandomThinPlateSpline(p=1.0), *pair, seed=0)
    assert torch.equal(augment_alike(nn.Identity(), pair[0], seed=0)[0], pair[0])


def test_results_are_cut_to_range():
    images, _ = augment_alike(nn.Threshold(0.5, 2.0), torch.rand(2, 3, 4, 4), seed=0)
    assert images.max() == 1


@pytest.mark.parametrize(
    "recipe",
    [
        {"name": "RandomHorizontalFlip", "p": 0.5},
        {"name": "RandomAffine", "degrees": 10, "translate": [0.1, 0.1], "padding_mode": "border"},
        {"name": "ColorJiggle", "brightness": 0.1, "contrast": [0.9, 1.1]},
        {"name": "RandomGaussianBlur", "kernel_size": [3, 3], "sigma": [0.1, 2.0]},
        {"name": "RandomRotation", "degrees": 15.0},
        {"name": "flips", "vertical": 0.0},
        {"name": "quarter-turns"},
        {"name": "symmetries"},
    ],
    ids=lambda recipe: recipe["name"],
)
def test_recipes_name_kornia_and_ours(recipe, plugins, pair):
    augmentation = plugins.build("augmentation", recipe)
    images, guide = augment_alike(augmentation, *pair, seed=0)
    assert images.shape == pair[0].shape
    assert guide.shape == pair[1].shape


def test_flips_are_described_by_their_options():
    plugins = catalogue()
    described = plugins.describe("augmentation", Flips(0.25, 0.75))
    assert described == {"name": "flips", "horizontal": 0.25, "vertical": 0.75}
    assert plugins.describe("augmentation", QuarterTurns()) == {"name": "quarter-turns"}


def test_symmetries_show_each_of_the_eight_equally_often():
    corners = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).expand(4000, 3, 2, 2) / 4
    shown, _ = augment_alike(Symmetries(), corners, seed=0)
    kinds, counts = (shown[:, 0].flatten(1) * 4).unique(dim=0, return_counts=True)
    assert len(kinds) == 8
    assert counts.min() > 400


def test_wrong_chances_are_named(plugins):
    with pytest.raises(OptionError, match=r"horizontal must be in \[0, 1\], got 2"):
        plugins.build("augmentation", {"name": "flips", "horizontal": 2})
