"""The networks, row by row of table 6."""

import pytest
import torch
from safetensors.torch import save_file
from sat_anoseg.method import AnoSeg
from sat_anoseg.networks import Generator, with_coordinates
from torch import nn

from synth_anomaly.backbones import ResNet18
from synth_anomaly.interfaces import Pretrained

# layer, (BN, activation), height x width x channels, kernel, stride, padding
DECODER = [
    ("Conv", 8, 512, 3, 1, 1),
    ("ConvTr", 16, 512, 4, 2, 1),
    ("Conv", 16, 256, 3, 1, 1),
    ("ConvTr", 32, 256, 4, 2, 1),
    ("Conv", 32, 128, 3, 1, 1),
    ("ConvTr", 64, 128, 4, 2, 1),
    ("Conv", 64, 128, 3, 1, 1),
    ("ConvTr", 128, 128, 4, 2, 1),
    ("Conv", 128, 128, 3, 1, 1),
    ("ConvTr", 256, 128, 4, 2, 1),
    ("Conv", 256, 128, 3, 1, 1),
    ("Conv", 256, None, 3, 1, 1),
]
DISCRIMINATOR = [
    ("Conv", 128, 64, 4, 2, 1),
    ("Conv", 64, 128, 4, 2, 1),
    ("Conv", 32, 256, 4, 2, 1),
    ("Conv", 16, 512, 4, 2, 1),
    ("Conv", 8, 512, 4, 2, 1),
    ("Conv", 4, 512, 4, 2, 1),
    ("Conv", 2, 128, 4, 2, 1),
    ("Conv", 1, 1, 4, 2, 1),
]


@pytest.fixture(scope="module")
def paper():
    """The paper's AnoSeg, without memory: shapes are all that is asked of it."""
    return AnoSeg("paper").to("meta").eval()


def rows_of(network, *inputs):
    """Return a row for each convolution that runs, as the table prints them, and the network's output."""
    rows = []

    def note(module, _, output):
        kind = "ConvTr" if isinstance(module, nn.ConvTranspose2d) else "Conv"
        height, width = output.shape[2:]
        assert height == width
        (kernel, _), (stride, _), (padding, _) = module.kernel_size, module.stride, module.padding
        rows.append((kind, height, output.shape[1], kernel, stride, padding))

    convolutions = [
        module for module in network.modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
    ]
    hooks = [module.register_forward_hook(note) for module in convolutions]
    output = network(*inputs)
    for hook in hooks:
        hook.remove()
    return rows, output


def with_last(channels):
    *rows, (kind, side, _, *others) = DECODER
    return [*rows, (kind, side, channels, *others)]


def parts_of(rows):
    """Return the names of the modules in each row of a network."""
    return [
        [type(part).__name__ for part in (row if isinstance(row, nn.Sequential) else [row])] for row in rows
    ]


def test_the_encoder_ends_at_512_channels_of_8_by_8(paper):
    features = paper.segmentation_generator.encoder(torch.rand(1, 5, 256, 256, device="meta"))
    assert features[-1].shape == (1, 512, 8, 8)


@pytest.mark.parametrize(
    ("generator", "decoder", "channels"),
    [
        ("segmentation_generator", "map_decoder", 1),
        ("segmentation_generator", "image_decoder", 3),
        ("detector_generator", "image_decoder", 3),
    ],
)
def test_the_decoders_have_the_tables_rows(paper, generator, decoder, channels):
    network = paper.get_submodule(f"{generator}.{decoder}")
    rows, output = rows_of(network, [torch.rand(1, 512, 8, 8, device="meta")], (256, 256))
    assert rows == with_last(channels)
    assert output.shape == (1, channels, 256, 256)
    kinds = parts_of(network.layers)
    assert all(kind[1:] == ["BatchNorm2d", "ReLU"] for kind in kinds[:-1])
    assert kinds[-1] == ["Conv2d"]
    assert network.activation == "sigmoid"


@pytest.mark.parametrize("stage", ["segmentation", "detector"])
def test_the_discriminators_have_the_tables_rows(paper, stage):
    network = paper.get_submodule(f"{stage}_discriminator")
    rows, judged = rows_of(network, torch.rand(1, 4, 256, 256, device="meta"))
    assert rows == DISCRIMINATOR
    assert judged.logits.shape == (1,)
    assert judged.matching_features.shape == (1, 128, 2, 2)
    kinds = parts_of(network.layers)
    assert kinds[0] == ["Conv2d", "LeakyReLU"]
    assert all(kind == ["Conv2d", "BatchNorm2d", "LeakyReLU"] for kind in kinds[1:])
    slopes = {module.negative_slope for module in network.modules() if isinstance(module, nn.LeakyReLU)}
    assert slopes == {0.2}


def test_features_are_those_before_the_last_layer():
    judge = AnoSeg("paper", size=32, discriminator_width=4).detector_discriminator.eval()
    images = torch.rand(2, 4, 32, 32)
    judged = judge(images)
    assert torch.equal(judge.last(judged.matching_features).flatten(), judged.logits)


def test_coordinates_are_ramps_along_width_and_height():
    images = torch.rand(2, 3, 5, 9)
    joined = with_coordinates(images)
    assert joined.shape == (2, 5, 5, 9)
    assert torch.equal(joined[:, :3], images)
    for row in range(5):
        torch.testing.assert_close(joined[1, 3, row], torch.linspace(-1, 1, 9))
    for column in range(9):
        torch.testing.assert_close(joined[1, 4, :, column], torch.linspace(-1, 1, 5))
    assert with_coordinates(images.bfloat16()).dtype == torch.bfloat16


def test_coordinates_widen_the_input_by_two(tiny):
    full, flat = tiny(), tiny(coordinates=False)
    assert full.segmentation_generator.encoder.in_channels == 5
    assert full.detector_generator.encoder.in_channels == 6
    assert flat.segmentation_generator.encoder.in_channels == 3
    assert flat.detector_generator.encoder.in_channels == 4


def test_pretrained_weights_keep_their_colours_and_ignore_the_rest(tiny, tmp_path):
    published = ResNet18(width=4).state_dict()
    published["conv1.weight"] = torch.rand(4, 3, 7, 7) + 1
    save_file(published, tmp_path / "trunk.safetensors")
    made = tiny(backbone={"name": "resnet18", "width": 4, "weights": str(tmp_path / "trunk.safetensors")})
    asking = [module for module in made.modules() if isinstance(module, Pretrained)]
    assert asking
    assert not [line for module in asking for line in module.load_pretrained()]
    for generator, channels in ((made.segmentation_generator, 5), (made.detector_generator, 6)):
        first = generator.encoder.conv1.weight
        assert first.shape == (4, channels, 7, 7)
        assert torch.equal(first[:, :3], published["conv1.weight"])
        assert not first[:, 3:].any()
        assert torch.equal(generator.encoder.layer4[0].conv1.weight, published["layer4.0.conv1.weight"])


def test_the_map_starts_at_its_bias(tiny):
    made = tiny(map_bias=-2.0).segmentation_generator.map_decoder.layers[-1]
    assert torch.equal(made.bias, torch.full((1,), -2.0))


def test_a_generator_decodes_what_it_is_asked_for():
    shared = {"backbone": {"name": "resnet18", "width": 4}, "decoder_channels": (4,) * 5, "coordinates": True}
    images = torch.rand(2, 3, 32, 64)
    both = Generator(map_channels=1, image_channels=3, **shared)(images)
    assert (both.normality.shape, both.images.shape) == ((2, 1, 32, 64), (2, 3, 32, 64))
    for values in (both.normality, both.images):
        assert values.min() >= 0
        assert values.max() <= 1
    assert Generator(map_channels=1, image_channels=0, **shared)(images).images is None
    assert Generator(map_channels=0, image_channels=3, **shared)(images).normality is None
