"""The networks' shapes at the paper's sizes, and what they are made of."""

import pytest
import torch
from sat_amgad.averaging import Average
from sat_amgad.dcgan.networks import Autoencoder
from sat_amgad.judging import judged
from sat_amgad.method import AMGAD
from sat_amgad.networks import FirstLayers
from sat_amgad.settings import SMALL_IMAGES
from torch import nn

from synth_anomaly.backbones import Discriminator
from synth_anomaly.catalogue import merge
from synth_anomaly.errors import OptionError


def on_meta(**settings):
    """AMGAD without memory: shapes are all that is asked of it."""
    return AMGAD("paper", **settings).to("meta").eval()


@pytest.fixture(scope="module")
def large():
    return on_meta()


@pytest.fixture(scope="module")
def small():
    return on_meta(**SMALL_IMAGES)


def sides(network, *inputs):
    """Return the channels and the side after each convolution that runs."""
    seen = []
    hooks = [
        module.register_forward_hook(lambda _, __, output: seen.append((output.shape[1], output.shape[2])))
        for module in network.modules()
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
    ]
    network(*inputs)
    for hook in hooks:
        hook.remove()
    return seen


@pytest.mark.parametrize(("name", "side", "latent"), [("large", 256, 16), ("small", 32, 8)])
def test_the_attention_network_decodes_to_the_inputs_size(name, side, latent, request):
    generator = request.getfixturevalue(name).attention_generator
    made = generator(torch.rand(2, 3, side, side, device="meta"))
    assert made.images.shape == (2, 3, side, side)
    assert made.attention.shape == (2, 1, side, side)
    assert made.mean.shape == made.log_variance.shape == (2, 64, latent, latent)


@pytest.mark.parametrize(("name", "count"), [("large", 4), ("small", 2)])
def test_each_doubling_is_a_transposed_convolution_and_each_path_three_convolutions(name, count, request):
    generator = request.getfixturevalue(name).attention_generator
    ups = [module for module in generator.decoder.modules() if isinstance(module, nn.ConvTranspose2d)]
    assert len(ups) == count
    assert {(up.kernel_size, up.stride) for up in ups} == {((4, 4), (2, 2))}
    for path in (generator.image_path, generator.attention_path):
        assert sum(isinstance(module, nn.Conv2d) for module in path.modules()) == 3


def test_the_trunk_ends_after_the_third_stage(large, small):
    for made, stride in ((large, 16), (small, 4)):
        encoder = made.attention_generator.encoder
        assert (encoder.channels, encoder.strides) == ((256,), (stride,))
        assert not hasattr(encoder, "layer4")
    assert small.attention_generator.encoder.conv1.kernel_size == (3, 3)


@pytest.mark.parametrize(("name", "side", "features"), [("large", 256, 64), ("small", 32, 32)])
def test_adgan_reconstructs_the_features_of_two_convolutions(name, side, features, request):
    made = request.getfixturevalue(name)
    first = FirstLayers(made.attention_generator.encoder)
    images = torch.rand(2, 3, side, side, device="meta")
    assert len(sides(first, images)) == 2
    f_img = first(images)
    assert f_img.shape == (2, 64, features, features)
    assert made.adgan_generator(f_img).shape == f_img.shape
    ups = [
        module for module in made.adgan_generator.decoder.modules() if isinstance(module, nn.ConvTranspose2d)
    ]
    assert len(ups) == len(made.settings.decoder_channels)
    assert made.adgan_discriminator(f_img).logits.shape == (2,)


@pytest.mark.parametrize(
    ("network", "side", "expected"),
    [
        ("attention", 256, [(64, 128), (128, 64), (256, 32), (512, 16), (512, 8), (512, 4), (1, 1)]),
        ("adgan", 64, [(64, 32), (128, 16), (256, 8), (512, 4), (1, 1)]),
    ],
)
def test_discriminators_are_dcgans(large, network, side, expected):
    judge = getattr(large, f"{network}_discriminator")
    assert sides(judge, torch.rand(1, judge.in_channels, side, side, device="meta")) == expected


def test_the_features_are_those_of_the_trained_encoder(tiny):
    made = tiny().eval()
    encoder = made.attention_generator.encoder
    first = FirstLayers(encoder)
    images = torch.rand(2, 3, 32, 32)
    stem = encoder.relu(encoder.bn1(encoder.conv1(encoder.input(images))))
    block = encoder.layer1[0]
    with torch.no_grad():
        torch.testing.assert_close(first(images), torch.relu(block.bn1(block.conv1(stem))))
    assert {id(value) for value in first.parameters()} <= {id(value) for value in encoder.parameters()}


def test_the_latent_is_drawn_in_training_and_is_the_mean_afterwards(tiny):
    generator = tiny().attention_generator.eval()
    images = torch.rand(2, 3, 32, 32)
    draws = [generator(images, torch.Generator().manual_seed(seed)).images for seed in (0, 0, 1)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert torch.equal(generator(images).images, generator(images).images)
    with torch.no_grad():
        generator.log_variance.weight.zero_()
        generator.log_variance.bias.fill_(-60)
    torch.testing.assert_close(generator(images, torch.Generator()).images, generator(images).images)


def test_gradient_reaches_every_parameter(tiny):
    made = tiny()
    generated = made.attention_generator(torch.rand(2, 3, 32, 32), torch.Generator())
    (generated.images.sum() + generated.attention.sum()).backward()
    assert all(value.grad is not None for value in made.attention_generator.parameters())
    made.adgan_generator(torch.rand(2, 4, 32, 32)).sum().backward()
    assert all(value.grad is not None for value in made.adgan_generator.parameters())


@pytest.mark.parametrize("size", [(40, 72), (33, 35)])
def test_other_sizes_decode_to_themselves(tiny, size):
    made = tiny(size=size).eval()
    images = torch.rand(1, 3, *size)
    assert made.attention_generator(images).attention.shape[2:] == size
    features = made._adgan.features(images)
    assert made.adgan_generator(features).shape == features.shape


@pytest.mark.parametrize(("size", "sizes"), [(32, (32, 32)), (64, (64, 64)), ((40, 70), (40, 70))])
def test_the_one_class_dcgan_makes_images_of_the_inputs_size(size, sizes):
    network = Autoencoder(min(sizes), width=8, latent=16)
    assert network(torch.rand(2, 3, *sizes)).shape == (2, 3, *sizes)


def test_the_one_class_dcgans_layers_are_dcgans():
    network = Autoencoder(32, width=64, latent=100)
    seen = sides(network.to("meta"), torch.rand(2, 3, 32, 32, device="meta"))
    assert seen == [(64, 16), (128, 8), (256, 4), (100, 1), (256, 4), (128, 8), (64, 16), (3, 32)]


def test_real_and_fake_are_judged_in_one_batch():
    judge = Discriminator(3, (4, 8, 8), last_padding=0)
    parts = torch.rand(2, 3, 32, 32), torch.rand(3, 3, 32, 32)
    together = judge(torch.cat(parts)).logits
    real, fake = judged(judge, *parts)
    torch.testing.assert_close(torch.cat([real, fake]), together)


def test_an_average_is_that_of_all_steps_at_first_and_then_forgets():
    network = nn.Linear(1, 1)
    average = Average(network, 0.75)
    values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    expected = 0.0
    for step, value in enumerate(values, start=1):
        with torch.no_grad():
            network.weight.fill_(value)
        average.follow(network)
        keep = min(0.75, 1 - 1 / step)
        expected = keep * expected + (1 - keep) * value
        assert average.network.weight.item() == pytest.approx(expected, rel=1e-6)
    assert not any(value.requires_grad for value in average.parameters())
    assert {"steps", "network.weight", "network.bias"} == set(average.state_dict())


class Plain(nn.Conv2d):
    """A backbone without a stem and stages."""

    channels, strides = (4,), (4,)

    def __init__(self):
        super().__init__(3, 4, 4, stride=4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"decoder_channels": [4]},
            "enlarge by the backbone's stride of 4, got 1 widths, which enlarge by 2",
        ),
        ({"decoder_channels": []}, "expected decoder_channels"),
        ({"backbone": Plain()}, "expected a residual network for backbone, got Plain"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(tiny, changes, message):
    with pytest.raises(OptionError, match=message) as caught:
        tiny(**changes)
    assert "\n" not in str(caught.value)


def test_small_images_change_the_papers_preset_alone_where_they_must():
    assert set(SMALL_IMAGES) == {"size", "backbone", "decoder_channels"}
    assert merge({"backbone": {"name": "resnet18", "width": 7}}, SMALL_IMAGES)["backbone"]["width"] == 7
