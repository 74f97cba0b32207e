"""The networks' shapes and sizes, against the paper's."""

import pytest
import torch
from sat_sgsf.draem.method import DRAEM
from sat_sgsf.method import SGSF
from sat_sgsf.networks import Autoencoder, Encoder, Segmenter, level_widths
from sat_sgsf.size import parameter_count, sizes

PAPER_SHAPES = [(1, 64, 64, 64), (1, 128, 32, 32), (1, 256, 16, 16), (1, 512, 8, 8)]


@pytest.fixture(scope="module")
def paper():
    return SGSF("paper").eval()


def shapes(features):
    return [tuple(feature.shape) for feature in features]


def test_the_four_scales_have_the_papers_shapes_at_256(paper):
    """C_E^i, C_D^i, A_E^i: 2^(4-i)h x 2^(4-i)w x c/2^(4-i) with h = w = 8 and c = 512."""
    images = torch.rand(1, 3, 256, 256)
    with torch.no_grad():
        made = paper.autoencoder(images)
        fused = paper.segmenter.encoder(images, made.decoded)
        logits = paper.segmenter(images, made.decoded)
    assert shapes(made.encoded) == shapes(made.decoded) == PAPER_SHAPES
    assert shapes(fused) == [(1, 2 * channels, height, width) for _, channels, height, width in PAPER_SHAPES]
    assert made.images.shape == (1, 3, 256, 256)
    assert logits.shape == (1, 1, 256, 256)
    for skip, (_, channels, *_), feature in zip(paper.segmenter.skips, PAPER_SHAPES, fused, strict=True):
        assert skip(feature).shape[1] == channels
        assert skip[0][0].kernel_size == (3, 3)


def test_the_guidance_is_the_first_half_of_what_the_next_stage_gets(paper):
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        guidance = paper.autoencoder(images).decoded
        fused = paper.segmenter.encoder(images, guidance)
        first = paper.segmenter.encoder.stages[0](paper.segmenter.encoder.stem(images))
        second = paper.segmenter.encoder.stages[1](torch.cat([guidance[0], first], dim=1))
    for joined, guide in zip(fused, guidance, strict=True):
        torch.testing.assert_close(joined[:, : guide.shape[1]], guide)
    torch.testing.assert_close(fused[1][:, guidance[1].shape[1] :], second)


def test_the_fused_features_of_the_last_scale_enter_the_decoder_directly_and_through_the_convolution(paper):
    coarsest = paper.segmenter.levels[-1][0][0]
    assert coarsest.in_channels == 2 * 512 + 512


def test_the_number_of_parameters_is_the_papers(paper):
    assert parameter_count(paper.network) == pytest.approx(70e6, rel=0.01)  # Table VI: 70 M
    assert parameter_count(DRAEM("paper")) == pytest.approx(97e6, rel=0.01)  # Table VI: 97 M
    # Table VI: 65 M; what the paper's has beside ours is not said
    assert parameter_count(DRAEM("sgsf-network")) == pytest.approx(63.07e6, rel=1e-3)


def test_the_autoencoder_of_the_contrast_sets_is_another_network(paper):
    own = {id(value) for value in paper.network.parameters()}
    assert not own & {id(value) for value in paper.contrast_autoencoder.parameters()}


def test_the_count_is_printed_beside_the_papers():
    lines = list(sizes("quick"))
    assert "Table VI" not in " ".join(lines)
    assert f"{parameter_count(SGSF('quick').network) / 1e6:.2f} M" in lines[0]


@pytest.mark.parametrize("size", [(32, 32), (40, 72), (61, 33)])
@pytest.mark.parametrize("guided", [True, False])
def test_any_input_size_works(size, guided):
    images = torch.rand(2, 3, *size)
    made = Autoencoder(4, (1, 1, 1, 1))(images)
    segmenter = Segmenter(4, (1, 1, 1, 1), guided=guided)
    logits = segmenter(images, made.decoded if guided else ())
    assert made.images.shape == images.shape
    assert logits.shape == (2, 1, *size)
    assert shapes(made.decoded) == shapes(made.encoded)


def test_gradient_reaches_every_parameter():
    autoencoder, segmenter = Autoencoder(4, (1, 1, 1, 1)), Segmenter(4, (1, 1, 1, 1))
    images = torch.rand(2, 3, 32, 32)
    made = autoencoder(images)
    (segmenter(images, made.decoded).sum() + made.images.sum()).backward()
    for network in (autoencoder, segmenter):
        assert all(value.grad is not None and value.grad.any() for value in network.parameters())


def test_level_widths_double():
    assert level_widths(64) == (64, 128, 256, 512)
    assert Encoder(4, (1, 1, 1, 1), guided=True).stages[1][0].conv1.in_channels == 8
