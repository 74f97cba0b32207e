import copy
from math import ceil

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from synth_anomaly.backbones import (
    EfficientNetLite0,
    EfficientNetLite1,
    EfficientNetLite2,
    InvertedResidual,
    InvertedResidualStage,
    SameConv2d,
    fold_batch_norm,
)
from synth_anomaly.backbones.inverted_residual import normalisation
from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.interfaces import Backbone, Pretrained
from synth_anomaly.testing import check_backbone

NETWORKS = (EfficientNetLite0, EfficientNetLite1, EfficientNetLite2)
HEAD = ("_conv_head.", "_bn1.", "_fc.")


def published(network):
    """The weights of a network's package; a test is skipped where it is not installed."""
    weights = catalogue().build("weights", network.imagenet)
    if not weights.installed():
        pytest.skip(f"the published weights are absent: {weights.install}")
    return weights.read()


class Classifier(nn.Module):
    """The full published network: a trunk, a last convolution, and a linear layer on its mean."""

    def __init__(self, network):
        super().__init__()
        self.trunk = network(out_levels=(7,))
        self._conv_head = nn.Conv2d(network.widths[-1], 1280, 1, bias=False)
        self._bn1 = normalisation(1280, folded=False)
        self._fc = nn.Linear(1280, 1000)

    def load(self, state):
        head = {name: value for name, value in state.items() if name.startswith(HEAD)}
        self.trunk.load_state_dict({name: value for name, value in state.items() if name not in head})
        own = {f"trunk.{name}": value for name, value in self.trunk.state_dict().items()}
        self.load_state_dict({**own, **head})
        return self

    def forward(self, images):
        return self._fc(F.relu6(self._bn1(self._conv_head(self.trunk(images)[0]))).mean(dim=(2, 3)))


def with_statistics(network, **options):
    """A network in evaluation mode whose batch normalisations are not neutral."""
    torch.manual_seed(0)
    network = network(**options).eval()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            for values, low, high in (
                (part.running_mean, -0.5, 0.5),
                (part.running_var, 0.5, 2),
                (part.weight, 0.5, 1.5),
                (part.bias, -0.5, 1),
            ):
                nn.init.uniform_(values, low, high)
    return network


@pytest.mark.parametrize("levels", [(0,), (1, 2), (3, 7)])
@pytest.mark.parametrize("network", NETWORKS)
def test_it_is_a_backbone_at_any_size(network, levels):
    trunk = network(in_channels=4, out_levels=levels)
    check_backbone(trunk, in_channels=4, sizes=[(32, 32), (33, 50), (1, 7)])


def test_channels_and_strides_are_declared():
    with torch.device("meta"):
        assert (EfficientNetLite0().channels, EfficientNetLite0().strides) == ((24, 40, 112), (4, 8, 16))
        assert EfficientNetLite1().channels == (24, 40, 112)
        assert EfficientNetLite2().channels == (24, 48, 120)
        trunk = EfficientNetLite0(out_levels=tuple(range(8)))
        maps = trunk(torch.empty(1, 3, 100, 65))
    assert trunk.channels == (32, 16, 24, 40, 80, 112, 192, 320)
    assert trunk.strides == (2, 2, 4, 8, 16, 16, 32, 32)
    assert [level.shape for level in maps] == [
        (1, width, ceil(100 / stride), ceil(65 / stride))
        for width, stride in zip(trunk.channels, trunk.strides, strict=True)
    ]


@pytest.mark.parametrize(
    ("network", "millions"),
    [(EfficientNetLite0, 4.652008), (EfficientNetLite1, 5.416680), (EfficientNetLite2, 6.092072)],
)
def test_the_network_has_the_published_number_of_parameters(network, millions):
    # timm's tf_efficientnet_lite0 to lite2
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in Classifier(network).parameters())
    assert count == round(millions * 1e6)


@pytest.mark.parametrize("levels", [(0,), (2,), (1, 3)])
def test_only_what_is_needed_is_built_and_all_of_it_learns(levels):
    trunk = EfficientNetLite0(out_levels=levels)
    assert len(trunk.stages) == levels[-1]
    sum(level.square().mean() for level in trunk(torch.rand(2, 3, 32, 32))).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in trunk.parameters())


@pytest.mark.parametrize("folded", [False, True])
def test_stem_and_stages_one_by_one_are_the_network(folded):
    trunk = EfficientNetLite0(out_levels=tuple(range(4)), folded=folded).eval()
    images = torch.rand(2, 3, 40, 41)
    features = trunk.stem(images)
    one_by_one = [features]
    for stage in trunk.stages:
        one_by_one.append(stage(one_by_one[-1]))
    for expected, level in zip(trunk(images), one_by_one, strict=True):
        torch.testing.assert_close(level, expected, rtol=0, atol=0)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_stage_alone_takes_any_width(stride):
    stage = InvertedResidualStage(10, 12, blocks=2, kernel=5, stride=stride)
    assert len(stage) == 2
    assert stage(torch.rand(2, 10, 15, 8)).shape == (2, 12, ceil(15 / stride), ceil(8 / stride))


def test_a_block_has_a_shortcut_where_both_ends_fit():
    unit = InvertedResidual(8, 8)
    nn.init.zeros_(unit._bn2.weight)
    features = torch.rand(2, 8, 5, 5)
    torch.testing.assert_close(unit(features), features)
    assert not InvertedResidual(8, 8, stride=2).has_shortcut
    assert not InvertedResidual(8, 12).has_shortcut


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2)])
@pytest.mark.parametrize("size", [(1, 1), (2, 2), (7, 8), (8, 7), (9, 9), (16, 10)])
def test_padding_is_tensorflows(kernel, stride, size):
    convolution = SameConv2d(4, 4, kernel, stride, groups=4, bias=True)
    images = torch.rand(2, 4, *size, requires_grad=True)
    # before and after: half of what is missing, the odd one after
    missing = [max((ceil(side / stride) - 1) * stride + kernel - side, 0) for side in size]
    (top, left), (bottom, right) = [each // 2 for each in missing], [each - each // 2 for each in missing]
    padded = F.pad(images, (left, right, top, bottom))
    expected = F.conv2d(padded, convolution.weight, convolution.bias, stride, groups=4)
    torch.testing.assert_close(convolution(images), expected)
    gradients = [torch.autograd.grad(out.sin().sum(), images)[0] for out in (convolution(images), expected)]
    torch.testing.assert_close(*gradients)


def test_images_are_normalised_as_the_published_weights_expect():
    inside, plain = EfficientNetLite0(5).eval(), EfficientNetLite0(5, normalise=False).eval()
    assert plain.state_dict().keys() == inside.state_dict().keys()
    inside.load_state_dict(plain.state_dict())
    images = torch.rand(2, 5, 32, 32)
    given = torch.cat([images[:, :3] * 255 / 128 - 127 / 128, images[:, 3:]], dim=1)
    for level, expected in zip(inside(images), plain(given), strict=True):
        torch.testing.assert_close(level, expected)


@pytest.mark.parametrize("network", NETWORKS)
def test_folded_and_unfolded_agree(network, tmp_path):
    plain = with_statistics(network, in_channels=5, out_levels=(0, 3, 7))
    torch.save(plain.state_dict(), tmp_path / "w.pth")
    folded = network(5, (0, 3, 7), str(tmp_path / "w.pth"), folded=True).eval()
    assert folded.load_pretrained() == []
    assert not any(isinstance(part, nn.BatchNorm2d) for part in folded.modules())
    images = torch.rand(2, 5, 64, 47)
    with torch.inference_mode():
        for level, expected in zip(folded(images), plain(images), strict=True):
            assert (level - expected).abs().max() <= 1e-5 * expected.abs().max()
    # what a folded network saves, a folded one loads
    torch.save(folded.state_dict(), tmp_path / "w.pth")
    again = network(5, (0, 3, 7), str(tmp_path / "w.pth"), folded=True)
    assert again.load_pretrained() == []
    assert all(torch.equal(again.state_dict()[name], value) for name, value in folded.state_dict().items())


@pytest.mark.parametrize("bias", [None, torch.rand(6)])
def test_folding_is_exact_for_a_grouped_convolution(bias):
    mean, variance, scale, shift = torch.rand(4, 6, dtype=torch.float64).unbind()
    weight, images = torch.rand(6, 1, 3, 3).double(), torch.rand(2, 6, 9, 9).double()
    bias = None if bias is None else bias.double()
    expected = F.batch_norm(F.conv2d(images, weight, bias, groups=6), mean, variance, scale, shift, eps=1e-3)
    folded = fold_batch_norm(weight, bias, mean, variance, scale, shift, eps=1e-3)
    torch.testing.assert_close(F.conv2d(images, *folded, groups=6), expected, rtol=1e-12, atol=1e-12)
    assert fold_batch_norm(weight.float(), bias, mean, variance, scale, shift)[0].dtype == torch.float32


@pytest.mark.parametrize("network", NETWORKS)
def test_the_published_file_fits_to_the_last_name(network):
    state = published(network)
    classifier = Classifier(network).load(state)
    own = {name.removeprefix("trunk."): value for name, value in classifier.state_dict().items()}
    assert own.keys() == state.keys()
    assert all(torch.equal(own[name], value) for name, value in state.items())


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("folded", [False, True])
def test_published_weights_load_when_asked_and_in_silence(network, folded):
    state = published(network)
    trunk = network(weights="imagenet", folded=folded)
    before = trunk._conv_stem.weight.clone()
    assert not torch.equal(before, state["_conv_stem.weight"])
    assert trunk.load_pretrained() == []  # stages that were not built and the classifier need no word
    assert not torch.equal(trunk._conv_stem.weight, before)
    if not folded:
        assert all(torch.equal(value, state[name]) for name, value in trunk.state_dict().items())


def test_published_folded_and_unfolded_agree():
    published(EfficientNetLite0)
    trunks = [EfficientNetLite0(weights="imagenet", folded=folded).eval() for folded in (False, True)]
    for trunk in trunks:
        trunk.load_pretrained()
    images = torch.rand(1, 3, 96, 97)
    with torch.inference_mode():
        for level, expected in zip(*(trunk(images) for trunk in trunks), strict=True):
            assert (level - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_grey_images_and_further_channels_start_as_rgb_does():
    published(EfficientNetLite0)
    rgb, grey, five = (EfficientNetLite0(channels, weights="imagenet").eval() for channels in (3, 1, 5))
    for trunk in (rgb, grey, five):
        assert trunk.load_pretrained() == []
    image, others = torch.rand(1, 1, 32, 32), torch.rand(1, 2, 32, 32)
    with torch.inference_mode():
        expected = rgb(image.expand(-1, 3, -1, -1))
        for maps in (grey(image), five(torch.cat([image.expand(-1, 3, -1, -1), others], dim=1))):
            for level, wanted in zip(maps, expected, strict=True):
                torch.testing.assert_close(level, wanted, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def likely():
    """The classes that the full network sees in a photograph of scikit-image, the likeliest first."""
    data = pytest.importorskip("skimage.data")
    classifier = Classifier(EfficientNetLite0).load(published(EfficientNetLite0)).eval()

    def classes(name):
        image = torch.from_numpy(getattr(data, name)()).permute(2, 0, 1)[None].float() / 255
        # the middle of the shorter side, as the network was evaluated
        side = int(min(image.shape[2:]) * 224 / 256)
        top, left = ((length - side) // 2 for length in image.shape[2:])
        middle = image[:, :, top : top + side, left : left + side]
        middle = F.interpolate(middle, (224, 224), mode="bicubic", antialias=True).clamp(0, 1)
        with torch.inference_mode():
            return classifier(middle)[0].argsort(descending=True).tolist()

    return classes


def test_the_full_network_knows_a_cat(likely):
    # tabby, tiger cat and Egyptian cat
    assert set(likely("chelsea")[:3]) == {281, 282, 285}


def test_the_full_network_knows_a_cup_of_coffee(likely):
    assert likely("coffee")[0] == 967  # espresso


def test_the_full_network_knows_a_rocket(likely):
    assert set(likely("rocket")[:2]) == {657, 744}  # missile, projectile


def test_it_is_timms_network():
    try:
        import timm
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"timm cannot be imported: {error}")
    state = published(EfficientNetLite0)
    other = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    # the same modules in the same order, under other names
    other.load_state_dict(dict(zip(other.state_dict(), state.values(), strict=True)))
    classifier = Classifier(EfficientNetLite0).load(state).eval()
    images = torch.rand(2, 3, 97, 128)
    with torch.inference_mode():
        logits = other(images * 255 / 128 - 127 / 128)
        torch.testing.assert_close(classifier(images), logits, rtol=1e-4, atol=1e-4)


def test_a_copy_shares_nothing_with_the_original():
    trunk = EfficientNetLite0(out_levels=(2,))
    copied = copy.deepcopy(trunk)
    nn.init.zeros_(copied.stages[0][0]._depthwise_conv.weight)
    assert trunk.stages[0][0]._depthwise_conv.weight.abs().sum() > 0


@pytest.mark.parametrize("folded", [False, True])
def test_channels_last_and_autocast_give_the_same_maps(folded):
    trunk = EfficientNetLite0(folded=folded).eval()
    images = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        expected = trunk(images)
        with torch.autocast("cpu", torch.bfloat16):
            assert all(level.isfinite().all() for level in trunk(images))
        trunk.to(memory_format=torch.channels_last)
        for level, wanted in zip(trunk(images), expected, strict=True):
            assert level.is_contiguous(memory_format=torch.channels_last)
            torch.testing.assert_close(level, wanted, rtol=1e-4, atol=1e-4 * wanted.abs().max().item())


def test_it_follows_the_protocols_and_keeps_its_options():
    trunk = EfficientNetLite0(4, (2, 3), "imagenet", False, True)
    assert isinstance(trunk, Backbone)
    assert isinstance(trunk, Pretrained)
    assert (trunk.in_channels, trunk.out_levels, trunk.weights) == (4, (2, 3), "imagenet")
    assert (trunk.normalise, trunk.folded) == (False, True)
    assert EfficientNetLite0().load_pretrained() == []


@pytest.mark.parametrize("levels", [(), (2, 1), (1, 1), (8,), (-1, 2)])
def test_levels_that_cannot_be_are_named(levels):
    with pytest.raises(OptionError, match=r"ascending numbers in 0\.\.7"):
        EfficientNetLite0(out_levels=levels)


def test_weights_of_another_network_do_not_load_in_silence(tmp_path):
    torch.save({"conv1.weight": torch.rand(4, 3, 7, 7)}, tmp_path / "w.pth")
    with pytest.raises(DataError, match=r"no weight of w\.pth fits: .* such as _conv_stem.weight"):
        EfficientNetLite0(weights=str(tmp_path / "w.pth")).load_pretrained()
