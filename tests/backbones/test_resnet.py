import copy
from math import ceil

import pytest
import torch

from synth_anomaly.backbones import ResNet18, ResNet34, ResNet50
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Backbone, Pretrained

NETWORKS = {ResNet18: ((2, 2, 2, 2), 1), ResNet34: ((3, 4, 6, 3), 1), ResNet50: ((3, 4, 6, 3), 4)}


def torchvision_shapes(blocks, expansion, width=64):
    """The names and shapes of torchvision's trunk, by the formula that its files follow."""
    shapes = {"conv1.weight": (width, 3, 7, 7), **norm("bn1", width)}
    before = width
    for level, count in enumerate(blocks):
        inner = width * 2**level
        after = inner * expansion
        kernels = (1, 3, 1) if expansion == 4 else (3, 3)
        outs = (inner, inner, after) if expansion == 4 else (inner, inner)
        for number in range(count):
            name, come_in = f"layer{level + 1}.{number}", before
            for index, (kernel, out) in enumerate(zip(kernels, outs, strict=True), start=1):
                shapes[f"{name}.conv{index}.weight"] = (out, come_in, kernel, kernel)
                shapes |= norm(f"{name}.bn{index}", out)
                come_in = out
            if number == 0 and (level > 0 or before != after):
                shapes[f"{name}.downsample.0.weight"] = (after, before, 1, 1)
                shapes |= norm(f"{name}.downsample.1", after)
            before = after
    return shapes


def norm(name, width):
    parts = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (width,))
    return {f"{name}.{part}": shape for part, shape in {**parts, "num_batches_tracked": ()}.items()}


@pytest.mark.parametrize("network", NETWORKS)
def test_names_and_shapes_are_torchvisions(network):
    with torch.device("meta"):
        state = network().state_dict()
    assert {name: tuple(value.shape) for name, value in state.items()} == torchvision_shapes(
        *NETWORKS[network]
    )


@pytest.mark.parametrize(
    ("network", "millions"), [(ResNet18, 11.176512), (ResNet34, 21.284672), (ResNet50, 23.508032)]
)
def test_the_trunk_has_the_published_number_of_parameters(network, millions):
    # torchvision's 11689512, 21797672 and 25557032, less the classifier.
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in network().parameters())
    assert count == round(millions * 1e6)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("small_images", [False, True])
@pytest.mark.parametrize("size", [(64, 64), (75, 33), (1, 1)])
def test_channels_and_strides_hold_for_any_size(network, small_images, size):
    trunk = network(in_channels=2, width=4, out_levels=(0, 1, 2, 3, 4), small_images=small_images).eval()
    maps = trunk(torch.rand(1, 2, *size))
    assert [tuple(level.shape) for level in maps] == [
        (1, width, *(ceil(side / stride) for side in size))
        for width, stride in zip(trunk.channels, trunk.strides, strict=True)
    ]
    assert trunk.strides == ((1, 1, 2, 4, 8) if small_images else (2, 4, 8, 16, 32))


def test_the_defaults_are_the_published_network():
    with torch.device("meta"):
        assert (ResNet18().channels, ResNet18().strides) == ((64, 128, 256, 512), (4, 8, 16, 32))
        assert ResNet50().channels == (256, 512, 1024, 2048)


@pytest.mark.parametrize("levels", [(0,), (2,), (1, 3), (4,), (0, 1, 2, 3, 4)])
def test_only_what_is_needed_is_built_and_all_of_it_learns(levels):
    trunk = ResNet18(width=4, out_levels=levels)
    assert len(trunk.stages) == levels[-1]
    maps = trunk(torch.rand(2, 3, 64, 64))
    assert len(maps) == len(levels)
    sum(level.square().mean() for level in maps).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in trunk.parameters())


def test_stem_and_stages_one_by_one_are_the_network():
    trunk = ResNet18(width=4, out_levels=(4,)).eval()
    images = torch.rand(2, 3, 40, 40)
    features = trunk.stem(images)
    for stage in trunk.stages:
        features = stage(features)
    torch.testing.assert_close(features, trunk(images)[0], rtol=0, atol=0)


def test_a_copy_shares_nothing_with_the_original():
    trunk = ResNet18(width=4)
    copied = copy.deepcopy(trunk)
    torch.nn.init.zeros_(copied.stem.conv1.weight)
    assert trunk.conv1.weight.abs().sum() > 0
    assert copied.conv1.weight.abs().sum() == 0


def test_normalising_is_what_the_caller_would_do_and_leaves_no_trace_in_the_keys():
    plain, inside = ResNet18(in_channels=5, width=4).eval(), ResNet18(5, 4, normalise=True).eval()
    assert plain.state_dict().keys() == inside.state_dict().keys()
    inside.load_state_dict(plain.state_dict())
    images = torch.rand(2, 5, 32, 32)
    mean = torch.tensor([0.485, 0.456, 0.406, 0, 0]).view(1, 5, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225, 1, 1]).view(1, 5, 1, 1)
    torch.testing.assert_close(inside(images)[-1], plain((images - mean) / std)[-1])


def test_bfloat16_autocast_gives_maps_of_the_same_shapes():
    trunk = ResNet18(width=4, normalise=True)
    with torch.autocast("cpu", torch.bfloat16):
        maps = trunk(torch.rand(2, 3, 64, 64))
    assert all(level.isfinite().all() for level in maps)


def test_it_follows_the_protocols_and_keeps_its_options():
    trunk = ResNet18(4, 8, (2, 3), "imagenet", True, True)
    assert isinstance(trunk, Backbone)
    assert isinstance(trunk, Pretrained)
    assert (trunk.in_channels, trunk.width, trunk.out_levels) == (4, 8, (2, 3))
    assert (trunk.weights, trunk.normalise, trunk.small_images) == ("imagenet", True, True)


@pytest.mark.parametrize("levels", [(), (2, 1), (1, 1), (5,), (-1, 2)])
def test_levels_that_cannot_be_are_named(levels):
    with pytest.raises(OptionError, match=r"ascending numbers in 0\.\.4"):
        ResNet18(out_levels=levels)


def test_normalising_grey_images_is_refused():
    with pytest.raises(OptionError, match="in_channels=1"):
        ResNet18(in_channels=1, width=4, normalise=True)
